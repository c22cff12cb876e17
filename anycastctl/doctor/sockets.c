/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sockets.c - reads /proc/net/udp and its kin. Knows their columns and how they write addresses. */
#include "anycastctl/doctor/sockets.h"

#include "common/mem.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TCP_STATE_LISTEN = 0x0a };

/* The kernel prints each 32 bits of the address as a number of the machine's own byte order. */
static int parse_addr(const char *text, unsigned port, struct addr *out)
{
    uint32_t word[4] = { 0 };
    const size_t len = strlen(text);
    *out = (struct addr){ 0 };
    if (len == 8 && sscanf(text, "%8" SCNx32, &word[0]) == 1) {
        out->len = sizeof out->in4;
        out->in4.sin_family = AF_INET;
        out->in4.sin_addr.s_addr = word[0];
    } else if (len == 32 && sscanf(text, "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 "%8" SCNx32, &word[0],
                                   &word[1], &word[2], &word[3]) == 4) {
        out->len = sizeof out->in6;
        out->in6.sin6_family = AF_INET6;
        memcpy(&out->in6.sin6_addr, word, sizeof word);
    } else {
        return -1;
    }
    addr_set_port(out, (uint16_t)port);
    return 0;
}

/* "  12: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   105 0 26478 …" */
static int parse_line(const char *line, bool tcp, struct host_socket *out)
{
    char address[40];
    unsigned port, state;
    *out = (struct host_socket){ .tcp = tcp };
    if (sscanf(line,
               " %*u: %39[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%*x %*x:%*x %*x %" SCNd64
               " %*u %" SCNu64,
               address, &port, &state, &out->uid, &out->inode) != 5)
        return -1;
    if (tcp && state != TCP_STATE_LISTEN)
        return -1;
    return parse_addr(address, port, &out->addr);
}

int sockets_each(const struct host *host, void (*each)(void *arg, const struct host_socket *socket),
                 void *arg, struct err *err)
{
    static const char *const files[] = { "udp", "udp6", "tcp", "tcp6" };
    for (int i = 0; i < 4; i++) {
        char *text = host_read(host, err, "/proc/net/%s", files[i]), *saved = NULL;
        if (!text && i == 0)
            return -1;
        if (!text)
            continue; /* no IPv6 on this machine */
        struct host_socket socket;
        for (char *line = strtok_r(text, "\n", &saved); line; line = strtok_r(NULL, "\n", &saved))
            if (parse_line(line, i >= 2, &socket) == 0)
                each(arg, &socket);
        free(text);
    }
    return 0;
}

struct owner_search {
    const struct host *host;
    char wanted[40];
    pid_t found;
};

static bool look_at_process(void *arg, pid_t pid)
{
    struct owner_search *search = arg;
    char *path = mem_printf("%s/proc/%d/fd", search->host->root, (int)pid), link[64];
    DIR *dir = opendir(path);
    free(path);
    if (!dir)
        return true;
    for (const struct dirent *entry; !search->found && (entry = readdir(dir));)
        if (host_link(search->host, link, sizeof link, "/proc/%d/fd/%s", (int)pid, entry->d_name) &&
            strcmp(link, search->wanted) == 0)
            search->found = pid;
    closedir(dir);
    return !search->found;
}

pid_t socket_owner(const struct host *host, uint64_t inode, char name[32])
{
    struct owner_search search = { .host = host };
    snprintf(search.wanted, sizeof search.wanted, "socket:[%" PRIu64 "]", inode);
    host_each_process(host, look_at_process, &search);
    char *comm = search.found ? host_read(host, NULL, "/proc/%d/comm", (int)search.found) : NULL;
    snprintf(name, 32, "%s", comm ? comm : "?");
    free(comm);
    return search.found;
}
