/* SPDX-License-Identifier: GPL-3.0-or-later */
/* neighbours.c - one question to BIRD, over a connection of its own that may wait. */
#include "anycastctl/breaker/neighbours.h"

#include "bird/reply.h"
#include "common/mono.h"
#include "common/unixsock.h"

#include <ctype.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000 };

/* Rows of protocols begin in the first column, what is said of them is indented. */
static bool begins_protocol(const char *line)
{
    return line[0] && !isspace((unsigned char)line[0]);
}

static bool is_provider(const char *row)
{
    char name[64] = "", type[64] = "";
    return sscanf(row, "%63s %63s", name, type) == 2 && strcmp(type, "BGP") == 0 &&
           strncmp(name, "fleet", 5) != 0;
}

static bool is_known(const struct neighbours *all, const struct neighbour *one)
{
    for (size_t i = 0; i < all->count; i++)
        if (addr_equal(&all->neighbour[i].addr, &one->addr) &&
            strcmp(all->neighbour[i].device, one->device) == 0)
            return true;
    return false;
}

/* A device's name goes into a rule in quotes. */
static bool is_device(const char *name)
{
    return *name && strlen(name) < IF_NAMESIZE && !strpbrk(name, "\"\\ \t\n");
}

/* "198.51.100.5", "fe80::1%eth0" */
static void add(struct neighbours *out, const char *text)
{
    char host[ADDR_TEXT_MAX];
    struct neighbour one = { .device = "" };
    snprintf(host, sizeof host, "%.*s", (int)strcspn(text, " \t"), text);
    char *percent = strchr(host, '%');
    if (percent) {
        *percent = '\0';
        if (!is_device(percent + 1))
            return;
        snprintf(one.device, sizeof one.device, "%s", percent + 1);
    }
    if (out->count < NEIGHBOURS_MAX && addr_parse(host, 0, &one.addr, NULL) == 0 &&
        !is_known(out, &one))
        out->neighbour[out->count++] = one;
}

void neighbours_read(const struct bird_reply *reply, struct neighbours *out)
{
    static const char label[] = "Neighbor address:";
    bool provider = false;
    out->count = 0;
    for (size_t i = 0; i < reply->count; i++) {
        const char *line = reply->lines[i].text;
        if (begins_protocol(line)) {
            provider = is_provider(line);
            continue;
        }
        line += strspn(line, " \t");
        if (provider && strncmp(line, label, sizeof label - 1) == 0)
            add(out, line + sizeof label - 1 + strspn(line + sizeof label - 1, " \t"));
    }
}

/* Reads until a reply is whole. NULL: none in time. */
static const struct bird_reply *await(int fd, struct bird_parser *parser, struct mono deadline)
{
    char data[8192];
    for (;;) {
        int64_t left = mono_diff_ms(deadline, mono_now());
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
            return NULL;
        ssize_t len = recv(fd, data, sizeof data, MSG_DONTWAIT);
        if (len <= 0)
            return NULL;
        const struct bird_reply *reply = NULL;
        size_t used = bird_parser_feed(parser, data, (size_t)len, &reply);
        if (reply && used == (size_t)len)
            return reply;
    }
}

static int converse(int fd, struct bird_parser *parser, struct neighbours *out)
{
    static const char question[] = "show protocols all\n";
    struct mono deadline = mono_add_ms(mono_now(), PATIENCE_MS);
    if (!await(fd, parser, deadline) ||
        send(fd, question, sizeof question - 1, MSG_NOSIGNAL) != sizeof question - 1)
        return -1;
    const struct bird_reply *reply = await(fd, parser, deadline);
    if (!reply)
        return -1;
    neighbours_read(reply, out);
    return 0;
}

int neighbours_ask(const char *path, struct neighbours *out, struct err *err)
{
    int fd = unixsock_connect(path, SOCK_STREAM, err);
    if (fd < 0)
        return err_wrap(err, "BIRD");
    struct bird_parser *parser = bird_parser_new();
    int result = converse(fd, parser, out);
    bird_parser_free(parser);
    close(fd);
    if (result)
        return err_set(err, "%s: BIRD does not answer within %d ms", path, PATIENCE_MS);
    if (out->count == 0)
        return err_set(err, "%s: BIRD has no BGP session to a provider", path);
    return 0;
}
