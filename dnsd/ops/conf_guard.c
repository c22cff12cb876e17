/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_guard.c - settings to rules. */
#include "dnsd/ops/conf_guard.h"

#include "dnsd/guard/secretfile.h"

static struct bucket_size size_of(const struct rrl_conf *conf, int64_t rate)
{
    return bucket_size((uint32_t)(rate < 0 ? conf->rate : rate), (uint32_t)conf->burst_ms);
}

/* What comes from an address that we answer on is anycastd, asking whether we are well: it must not
 * find us silent. Who forges that buries ourselves, at most. */
static void exempt_ourselves(const struct dnsd_conf *conf, struct rrl_rules *rules)
{
    for (size_t i = 0; i < conf->listen.count && rules->exempt_count < RRL_EXEMPT_MAX; i++) {
        char text[ADDR_TEXT_MAX];
        if (!addr_is_any(&conf->addrs[i]))
            prefix_parse(addr_text_host(&conf->addrs[i], text),
                         &rules->exempt[rules->exempt_count++], NULL);
    }
}

static void make_rrl(const struct rrl_conf *conf, struct rrl_rules *rules)
{
    rrl_mode_parse(conf->mode, &rules->mode);
    rules->size[RRL_DATA] = size_of(conf, conf->rate);
    rules->size[RRL_NODATA] = size_of(conf, conf->nodata_rate);
    rules->size[RRL_NXDOMAIN] = size_of(conf, conf->nxdomain_rate);
    rules->size[RRL_REFERRAL] = size_of(conf, conf->referral_rate);
    rules->size[RRL_ERROR] = size_of(conf, conf->error_rate);
    rules->size[RRL_ALL] = size_of(conf, conf->all_rate);
    rules->slip = (uint32_t)conf->slip;
    rules->ipv4_bits = (uint8_t)conf->ipv4_prefix;
    rules->ipv6_bits = (uint8_t)conf->ipv6_prefix;
    rules->exempt_count = (uint16_t)conf->exempt.count;
    for (size_t i = 0; i < conf->exempt.count; i++)
        prefix_parse(conf->exempt.items[i], &rules->exempt[i], NULL);
}

int conf_guard_make(struct dnsd_conf *conf, struct err *err)
{
    make_rrl(&conf->rrl, &conf->guard.rrl);
    exempt_ourselves(conf, &conf->guard.rrl);
    guard_cookies_parse(conf->cookies.mode, &conf->guard.cookies);
    if (conf->cookies.secret_file[0] &&
        secretfile_read(conf->cookies.secret_file, &conf->guard.secrets, err))
        return err_wrap(err, "setting \"cookies.secret_file\"");
    return 0;
}
