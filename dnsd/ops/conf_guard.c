/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_guard.c - settings to rules. */
#include "dnsd/ops/conf_guard.h"

#include "dnsd/guard/secretfile.h"

int conf_guard_make(struct dnsd_conf *conf, struct err *err)
{
    guard_cookies_parse(conf->cookies.mode, &conf->guard.cookies);
    if (conf->cookies.secret_file[0] &&
        secretfile_read(conf->cookies.secret_file, &conf->guard.secrets, err))
        return err_wrap(err, "setting \"cookies.secret_file\"");
    return 0;
}
