/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sight.c - routes in an answer: which of them is ours, and what it says. */
#include "anycastctl/sense/sight.h"

#include "anycastctl/sense/origin.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CODE_NO_NETWORK = 8001 };

static const int64_t cache_longest_ms = 24LL * 3600 * 1000;

/* `session` and `address`: where it came from, "" if that is not told. */
static bool is_ours(const char *session, const char *address, const struct sight_self *self,
                    bool has_origin, uint32_t node_id)
{
    if (strcmp(self->via, "any") == 0)
        return true;
    if (self->via[0])
        return strcmp(session, self->via) == 0 || strcmp(address, self->via) == 0;
    return has_origin && node_id == self->node_id;
}

static void take_route(const struct bird_route *route, const char *address,
                       const struct sight_self *self, struct sight *out)
{
    uint32_t node_id = 0;
    enum level level = LEVEL_WITHDRAWN;
    const bool has_origin = origin_read(route, self->asn, &node_id, &level) == 0;
    if (!is_ours(route->proto, address, self, has_origin, node_id))
        return;
    out->seen = true;
    if (has_origin && node_id == self->node_id) {
        out->has_level = true;
        out->level = level;
    }
}

static bool is_network(const char *text, const struct prefix *prefix)
{
    struct prefix network;
    return prefix_parse(text, &network, NULL) == 0 && prefix_equal(&network, prefix);
}

/* ---- BIRD ---- */

int sight_of_bird(const struct bird_reply *reply, const struct prefix *prefix,
                  const struct sight_self *self, struct sight *out, struct err *err)
{
    const struct bird_line *headline = bird_reply_headline(reply);
    *out = (struct sight){ .seen = false };
    if (headline->code == CODE_NO_NETWORK)
        return 0;
    if (bird_reply_result(reply) == BIRD_FAILED)
        return err_set(err, "it says \"%04d %.100s\"", headline->code, headline->text);
    struct bird_routes routes = { .reply = reply };
    struct bird_route route;
    while (bird_routes_next(&routes, &route))
        if (is_network(route.network, prefix))
            take_route(&route, "", self, out);
    if (!out->seen && reply->incomplete)
        return err_set(err, "its reply is incomplete");
    return 0;
}

/* ---- birdwatcher ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool take_number(const json_t *array, size_t i, uint32_t *out)
{
    const json_t *item = json_array_get(array, i);
    const json_int_t number = json_integer_value(item);
    if (!json_is_integer(item) || number < 0 || number > UINT32_MAX)
        return false;
    *out = (uint32_t)number;
    return true;
}

/* [[64500, 1, 3], [64500, 2, 1]] */
static void take_communities(const json_t *list, struct bird_route *route)
{
    for (size_t i = 0; i < json_array_size(list) && route->large_count < BIRD_LARGE_MAX; i++) {
        const json_t *row = json_array_get(list, i);
        struct bird_large_community *c = &route->large[route->large_count];
        if (json_array_size(row) == 3 && take_number(row, 0, &c->admin) &&
            take_number(row, 1, &c->function) && take_number(row, 2, &c->value))
            route->large_count++;
    }
}

static void take_json_route(const json_t *row, const struct sight_self *self, struct sight *out)
{
    struct bird_route route = { .primary = false };
    const char *proto = text_of(row, "from_protocol"), *from = text_of(row, "learnt_from");
    if (strlen(proto) < sizeof route.proto)
        strcpy(route.proto, proto);
    take_communities(json_object_get(json_object_get(row, "bgp"), "large_communities"), &route);
    take_route(&route, *from ? from : text_of(row, "gateway"), self, out);
}

/* "2026-11-23T15:04:05.123456789Z": Go's time, in UTC or with an offset. */
static bool parse_time(const char *text, int64_t *unix_ms)
{
    struct tm tm = { .tm_mday = 1 };
    int hours = 0, minutes = 0;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!rest)
        return false;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    const bool offset = *rest == '+' || *rest == '-';
    if (offset ? sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2 : strcmp(rest, "Z") != 0)
        return false;
    const int64_t shift_s = (int64_t)(hours * 60 + minutes) * 60;
    *unix_ms = ((int64_t)timegm(&tm) - (*rest == '-' ? -shift_s : shift_s)) * 1000;
    return true;
}

/* birdwatcher keeps answers for minutes, and says since when. */
static int64_t age_of(const json_t *root, int64_t now_unix_ms)
{
    int64_t cached_ms;
    const json_t *from_cache = json_object_get(json_object_get(root, "api"), "result_from_cache");
    if (!json_is_true(from_cache) || !parse_time(text_of(root, "cached_at"), &cached_ms))
        return json_is_true(from_cache) ? cache_longest_ms : 0;
    const int64_t age_ms = now_unix_ms - cached_ms;
    return age_ms < 0 ? 0 : age_ms > cache_longest_ms ? cache_longest_ms : age_ms;
}

static int read_root(const json_t *root, const struct prefix *prefix, const struct sight_self *self,
                     struct sight *out, struct err *err)
{
    const json_t *routes = json_object_get(root, "routes"), *row;
    const char *error = text_of(root, "error");
    size_t i;
    if (*error)
        return err_set(err, "it says \"%.100s\"", error);
    if (!json_is_array(routes))
        return err_set(err, "its answer has no list of routes: is that birdwatcher's API?");
    json_array_foreach(routes, i, row) {
        if (is_network(text_of(row, "network"), prefix))
            take_json_route(row, self, out);
    }
    return 0;
}

int sight_of_birdwatcher(const char *text, size_t len, const struct prefix *prefix,
                         const struct sight_self *self, int64_t now_unix_ms, struct sight *out,
                         struct err *err)
{
    json_error_t why;
    *out = (struct sight){ .seen = false };
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return err_set(err, "its answer is no JSON: line %d: %.100s", why.line, why.text);
    const int result = read_root(root, prefix, self, out, err);
    if (result == 0)
        out->age_ms = age_of(root, now_unix_ms);
    json_decref(root);
    return result;
}

/* ---- judging ---- */

enum sight_verdict sight_judge(const struct sight *sight, enum level level, bool was_announced)
{
    if (!sight->seen || level == LEVEL_WITHDRAWN)
        return sight->seen == (level != LEVEL_WITHDRAWN) ? SIGHT_AGREES : SIGHT_DIFFERS;
    if (sight->has_level)
        return sight->level == level ? SIGHT_AGREES : SIGHT_DIFFERS;
    return was_announced ? SIGHT_UNTOLD : SIGHT_AGREES;
}

struct sight sight_worse(const struct sight *a, const struct sight *b, enum level level)
{
    struct sight worse = sight_judge(a, level, true) == SIGHT_DIFFERS ? *a : *b;
    worse.age_ms = a->age_ms > b->age_ms ? a->age_ms : b->age_ms;
    return worse;
}
