/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.c - one table of nftables. Hides libnftables. */
#include "anycastctl/breaker/link.h"

#include "common/mem.h"

#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE "inet proxima_drill"

struct link {
    struct nft_ctx *nft; /* owns the table, as long as it is open */
};

/* The rules for one direction: `side` is "saddr" or "daddr", `device` "iifname" or "oifname". */
static void write_rules(FILE *out, const struct neighbours *neighbours, const char *side,
                        const char *device)
{
    for (size_t i = 0; i < neighbours->count; i++) {
        char host[ADDR_TEXT_MAX];
        const struct neighbour *n = &neighbours->neighbour[i];
        const char *family = addr_family(&n->addr) == 4 ? "ip" : "ip6";
        if (n->device[0])
            fprintf(out, "    %s \"%s\" ", device, n->device);
        else
            fputs("    ", out);
        fprintf(out, "%s %s %s counter drop\n", family, side, addr_text_host(&n->addr, host));
    }
}

/* Before connection tracking (-300), so that nothing learns of these packets. */
static void write_chain(FILE *out, const struct neighbours *neighbours, const char *hook)
{
    bool in = strcmp(hook, "input") == 0;
    fprintf(out, "  chain %s {\n    type filter hook %s priority -310; policy accept;\n", hook,
            hook);
    fputs("    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n", out);
    write_rules(out, neighbours, in ? "saddr" : "daddr", in ? "iifname" : "oifname");
    fputs("  }\n", out);
}

char *link_rules(const struct neighbours *neighbours)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    fputs("table " TABLE " {\n  flags owner\n", out);
    write_chain(out, neighbours, "input");
    write_chain(out, neighbours, "output");
    fputs("}\n", out);
    fclose(out);
    return text;
}

static int run(struct nft_ctx *nft, const char *command, struct err *err)
{
    if (nft_run_cmd_from_buffer(nft, command) == 0)
        return 0;
    char reason[256];
    snprintf(reason, sizeof reason, "%s", nft_ctx_get_error_buffer(nft));
    reason[strcspn(reason, "\n")] = '\0';
    return err_set(err, "nftables: %s", reason[0] ? reason : "no reason given");
}

struct link *link_drop(const struct neighbours *neighbours, struct err *err)
{
    struct link *link = mem_zalloc(sizeof *link);
    char *rules = link_rules(neighbours);
    link->nft = nft_ctx_new(NFT_CTX_DEFAULT);
    int result = -1;
    if (!link->nft)
        err_set(err, "nftables: cannot open a socket to the kernel");
    else if (nft_ctx_buffer_error(link->nft))
        err_set(err, "nftables: out of memory");
    else
        result = run(link->nft, rules, err);
    free(rules);
    if (result == 0)
        return link;
    if (link->nft)
        nft_ctx_free(link->nft);
    free(link);
    return NULL;
}

int link_restore(struct link *link, struct err *err)
{
    int result = run(link->nft, "delete table " TABLE "\n", err);
    nft_ctx_free(link->nft); /* takes the table with it, should it still be there */
    free(link);
    return result;
}
