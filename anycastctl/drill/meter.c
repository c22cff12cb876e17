/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meter.c - counters of the kernel and of dnsd. Knows the formats of /proc/net. */
#include "anycastctl/drill/meter.h"

#include "common/addr.h"
#include "common/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The whole of a file below /proc/net, new memory; "" if it cannot be read. */
static char *read_file(const char *path)
{
    size_t len = 0, cap = 16384;
    char *text = mem_alloc(cap);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t n = 1; fd >= 0 && n > 0;) {
        if (len + 1 == cap)
            text = mem_realloc(text, cap *= 2);
        n = read(fd, text + len, cap - len - 1);
        len += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    text[len] = '\0';
    return text;
}

/* The start of the line that begins with `prefix`, at or behind `text`. */
static const char *find_line(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    while (text && strncmp(text, prefix, len) != 0) {
        text = strchr(text, '\n');
        text = text && text[1] ? text + 1 : NULL;
    }
    return text;
}

static const char *next_word(const char *at)
{
    at += strcspn(at, " \n");
    return *at == ' ' ? at + 1 : NULL;
}

/* "Udp: InDatagrams NoPorts …" and below it "Udp: 4711 2 …". */
uint64_t meter_snmp(const char *text, const char *group, const char *field)
{
    const char *head = find_line(text, group);
    const char *line = head ? strchr(head, '\n') : NULL;
    line = line ? find_line(line + 1, group) : NULL;
    while (line && head && (head = next_word(head)) && (line = next_word(line)))
        if (strncmp(head, field, strlen(field)) == 0 && strchr(" \n", head[strlen(field)]))
            return strtoull(line, NULL, 10);
    return 0;
}

uint64_t meter_snmp6(const char *text, const char *field)
{
    const char *line = find_line(text, field);
    return line ? strtoull(line + strlen(field), NULL, 10) : 0;
}

static bool has_port(const struct meter *meter, unsigned port)
{
    for (unsigned i = 0; i < meter->port_count; i++)
        if (meter->port[i] == port)
            return true;
    return false;
}

/* "  12: 350200C0:0035 00000000:0000 07 00000000:00000300 00:00000000 … 0": the port is in hex, as
 * the queues are; drops are the last word. */
static void add_socket(const struct meter *meter, const char *line, struct sample *out)
{
    unsigned port, queue;
    const char *end = line + strcspn(line, "\n");
    if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %*s %*x:%x", &port, &queue) != 2 ||
        !has_port(meter, port))
        return;
    while (end > line && end[-1] == ' ')
        end--;
    while (end > line && end[-1] != ' ')
        end--;
    out->queue_bytes += queue;
    out->dropped += strtoull(end, NULL, 10);
}

void meter_sockets(const struct meter *meter, const char *text, struct sample *out)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        add_socket(meter, line, out);
}

static void read_sockets(const struct meter *meter, const char *path, struct sample *out)
{
    char *text = read_file(path);
    meter_sockets(meter, text, out);
    free(text);
}

void meter_read(const struct meter *meter, struct sample *out)
{
    char *four = read_file("/proc/self/net/snmp"), *six = read_file("/proc/self/net/snmp6");
    out->unheard = meter_snmp(four, "Udp:", "NoPorts") + meter_snmp6(six, "Udp6NoPorts");
    free(four);
    free(six);
    out->dropped = out->queue_bytes = 0;
    read_sockets(meter, "/proc/self/net/udp", out);
    read_sockets(meter, "/proc/self/net/udp6", out);
}

static uint64_t counter(const json_t *counters, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(counters, name));
    return value > 0 ? (uint64_t)value : 0;
}

void meter_take_counters(const json_t *counters, struct sample *out)
{
    if (!json_is_object(counters))
        return;
    out->queries = counter(counters, "queries_udp4") + counter(counters, "queries_udp6") +
                   counter(counters, "queries_tcp4") + counter(counters, "queries_tcp6");
    out->servfail = counter(counters, "servfail");
}

struct meter meter_of(const json_t *dnsd_status)
{
    struct meter meter = { 0 };
    const json_t *listen;
    size_t i;
    json_array_foreach(json_object_get(dnsd_status, "listen"), i, listen) {
        struct addr addr;
        const char *text = json_string_value(json_object_get(listen, "address"));
        if (text && addr_parse(text, 53, &addr, NULL) == 0 && meter.port_count < METER_PORTS_MAX &&
            !has_port(&meter, addr_port(&addr)))
            meter.port[meter.port_count++] = addr_port(&addr);
    }
    if (!meter.port_count)
        meter.port[meter.port_count++] = 53;
    return meter;
}
