/* SPDX-License-Identifier: GPL-3.0-or-later */
/* orders.c - orders as JSON:
 *   {"v":1,"orders":[{"service":"dns","intent":"drain","since_ms":…,"until_ms":0,"reason":"…",
 *     "by":"alice (uid 1000)","force":true}]}
 * `force` may be missing: false. */
#include "anycastctl/record/orders.h"

#include "common/jsonread.h"
#include "common/mem.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool orders_expire(struct orders *orders, unsigned service, int64_t now_unix_ms)
{
    struct order *order = &orders->of[service];
    if (order->until_unix_ms == 0 || now_unix_ms < order->until_unix_ms)
        return false;
    *order = (struct order){ .intent = INTENT_AUTO };
    return true;
}

static int read_order(const json_t *item, struct order *out, struct err *err)
{
    char intent[32];
    if (json_read_text(item, "intent", intent, sizeof intent, err) < 0 ||
        json_read_int(item, "since_ms", 0, INT64_MAX, &out->since_unix_ms, err) < 0 ||
        json_read_int(item, "until_ms", 0, INT64_MAX, &out->until_unix_ms, err) < 0 ||
        json_read_text(item, "reason", out->reason, sizeof out->reason, err) < 0 ||
        json_read_text(item, "by", out->by, sizeof out->by, err) < 0)
        return -1;
    if (intent_parse(intent, &out->intent) < 0)
        return err_set(err, "\"intent\": \"%s\" is no intent", intent);
    out->force = json_is_true(json_object_get(item, "force"));
    return 0;
}

static int read_all(const json_t *root, const struct settings *settings, struct orders *out,
                    struct err *err)
{
    const json_t *list = json_read_array(root, "orders", SERVICES_MAX, err);
    if (!list)
        return -1;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        char name[SERVICE_NAME_MAX + 1];
        struct order order = { .intent = INTENT_AUTO };
        if (json_read_text(item, "service", name, sizeof name, err) < 0 ||
            read_order(item, &order, err) < 0)
            return -1;
        int service = settings_find_service(settings, name);
        if (service >= 0)
            out->of[service] = order;
    }
    return 0;
}

int orders_read(const char *path, const struct settings *settings, struct orders *out,
                struct err *err)
{
    *out = (struct orders){ 0 };
    FILE *file = fopen(path, "re");
    if (!file)
        return errno == ENOENT ? 0 : err_sys(err, "orders %s", path);
    json_error_t why;
    json_t *root = json_loadf(file, 0, &why);
    fclose(file);
    if (!root)
        return err_set(err, "orders %s:%d: %s", path, why.line, why.text);
    int result = read_all(root, settings, out, err);
    json_decref(root);
    if (result < 0) {
        *out = (struct orders){ 0 };
        return err_wrap(err, "orders %s", path);
    }
    return 0;
}

char *orders_text(const struct orders *orders, const struct settings *settings)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < settings->service_count; i++) {
        const struct order *order = &orders->of[i];
        if (order->intent == INTENT_AUTO)
            continue;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:b}", "service",
                            settings->service[i].name, "intent", intent_name(order->intent),
                            "since_ms", (json_int_t)order->since_unix_ms, "until_ms",
                            (json_int_t)order->until_unix_ms, "reason", order->reason, "by",
                            order->by, "force", order->force));
    }
    json_t *root = json_pack("{s:i, s:o}", "v", 1, "orders", list);
    char *dump = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    char *text = mem_printf("%s\n", dump ? dump : "{}");
    free(dump);
    return text;
}
