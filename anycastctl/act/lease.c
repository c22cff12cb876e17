/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lease.c - leases as JSON. */
#include "anycastctl/act/lease.h"

#include "common/jsonread.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { LEASE_VERSION = 1 };

static size_t dump(json_t *object, char out[LEASE_BYTES_MAX])
{
    size_t len = json_dumpb(object, out, LEASE_BYTES_MAX, JSON_COMPACT);
    json_decref(object);
    return len;
}

size_t lease_encode(const struct lease *lease, char out[LEASE_BYTES_MAX])
{
    json_t *fatal = json_array();
    for (unsigned i = 0; i < lease->fatal_count; i++)
        json_array_append_new(
            fatal, json_sprintf("%s_%d", lease->fatal[i].service, lease->fatal[i].family));
    return dump(json_pack("{s:i, s:I, s:I, s:I, s:o}", "v", LEASE_VERSION, "seq",
                          (json_int_t)lease->seq, "mono_ns", (json_int_t)lease->sent.ns,
                          "fatal_since_ns", (json_int_t)lease->fatal_since.ns, "fatal", fatal),
                out);
}

size_t lease_reply_encode(const struct lease_reply *reply, char out[LEASE_BYTES_MAX])
{
    return dump(json_pack("{s:i, s:b}", "v", LEASE_VERSION, "bird", reply->bird_connected), out);
}

static int read_fatal(const json_t *item, struct lease_fatal *out, struct err *err)
{
    const char *text = json_string_value(item);
    const char *mark = text ? strrchr(text, '_') : NULL;
    if (!mark || mark == text || mark - text > SERVICE_NAME_MAX ||
        (strcmp(mark, "_4") != 0 && strcmp(mark, "_6") != 0))
        return err_set(err, "\"fatal\" names no service and family");
    snprintf(out->service, sizeof out->service, "%.*s", (int)(mark - text), text);
    out->family = mark[1] - '0';
    return 0;
}

static int read_lease(const json_t *object, struct lease *out, struct err *err)
{
    int64_t seq;
    if (json_read_int(object, "seq", 1, INT64_MAX, &seq, err) < 0 ||
        json_read_int(object, "mono_ns", 1, INT64_MAX, &out->sent.ns, err) < 0 ||
        json_read_int(object, "fatal_since_ns", 0, INT64_MAX, &out->fatal_since.ns, err) < 0)
        return -1;
    out->seq = (uint64_t)seq;
    const json_t *fatal = json_read_array(object, "fatal", LEASE_FATAL_MAX, err);
    if (!fatal)
        return -1;
    out->fatal_count = (unsigned)json_array_size(fatal);
    for (unsigned i = 0; i < out->fatal_count; i++)
        if (read_fatal(json_array_get(fatal, i), &out->fatal[i], err) < 0)
            return -1;
    return 0;
}

static json_t *parse(const char *text, size_t len, struct err *err)
{
    json_error_t why;
    int64_t version;
    json_t *object = json_loadb(text, len, 0, &why);
    if (!object) {
        err_set(err, "not JSON: %s", why.text);
        return NULL;
    }
    if (json_read_int(object, "v", LEASE_VERSION, LEASE_VERSION, &version, err) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

int lease_decode(const char *text, size_t len, struct lease *out, struct err *err)
{
    struct lease lease = { 0 };
    json_t *object = parse(text, len, err);
    int result = object ? read_lease(object, &lease, err) : -1;
    if (result == 0)
        *out = lease;
    json_decref(object);
    return result < 0 ? err_wrap(err, "lease") : 0;
}

int lease_reply_decode(const char *text, size_t len, struct lease_reply *out, struct err *err)
{
    json_t *object = parse(text, len, err);
    int result = object ? json_read_bool(object, "bird", &out->bird_connected, err) : -1;
    json_decref(object);
    return result < 0 ? err_wrap(err, "the guard's reply") : 0;
}
