/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cookie.c - judging and making cookies. Knows how old they may get; the one file that knows
 * libknot's cookies, and hides them. */
#include "dnsd/guard/cookie.h"

#include "common/wire.h"

#include <assert.h>
#include <libknot/libknot.h>

enum {
    COOKIE_VERSION = 1,
    SERVER_BYTES = 16,
    TIME_OFFSET = 4, /* in our part (RFC 9018 4) */
    /* RFC 9018 4.3: so old a cookie is taken; so far in the future, for clocks that differ; and
     * from this age on it is replaced by a fresh one. */
    LIFETIME_S = 3600,
    AHEAD_S = 300,
    RENEW_S = 1800,
};

/* For a cookie of the time `unix_s`, neither before nor after. */
static knot_edns_cookie_params_t params_of(const struct cookie_request *request,
                                           const uint8_t *secret, uint32_t unix_s)
{
    knot_edns_cookie_params_t params = {
        .version = COOKIE_VERSION,
        .timestamp = unix_s,
        .client_addr = (const struct sockaddr_storage *)&request->client->sa,
    };
    memcpy(params.secret, secret, COOKIE_SECRET_BYTES);
    return params;
}

/* Seconds from the cookie's making until now; negative: it is from the future. RFC 9018 4.3 has the
 * times compared as serial numbers, which libknot does not. */
static int32_t age_of(const knot_edns_cookie_t *server, uint32_t unix_s)
{
    return (int32_t)(unix_s - wire_peek_u32(server->data + TIME_OFFSET));
}

/* Which of the secrets made it; -1: none of them, or too long ago. */
static int find_secret(const struct cookie_secrets *secrets, const struct cookie_request *request,
                       const knot_edns_cookie_t *client, const knot_edns_cookie_t *server)
{
    if (server->len != SERVER_BYTES)
        return -1;
    int32_t age = age_of(server, request->unix_s);
    if (age > LIFETIME_S || age < -AHEAD_S)
        return -1;
    for (unsigned i = 0; i < secrets->count; i++) {
        knot_edns_cookie_params_t params = params_of(request, secrets->secret[i],
                                                     request->unix_s - (uint32_t)age);
        if (knot_edns_cookie_server_check(server, client, &params) == KNOT_EOK)
            return (int)i;
    }
    return -1;
}

void cookie_judge(const struct cookie_secrets *secrets, const struct cookie_request *request,
                  struct cookie *out)
{
    knot_edns_cookie_t client, server;
    out->state = COOKIE_MALFORMED;
    if (knot_edns_cookie_parse(&client, &server, request->data, request->len) != KNOT_EOK)
        return;
    int made_with = server.len ? find_secret(secrets, request, &client, &server) : -1;
    out->state = made_with >= 0 ? COOKIE_VALID : server.len ? COOKIE_BAD : COOKIE_NEW;
    if (made_with != 0 || age_of(&server, request->unix_s) > RENEW_S) {
        knot_edns_cookie_params_t params = params_of(request, secrets->secret[0], request->unix_s);
        int made = knot_edns_cookie_server_generate(&server, &client, &params);
        assert(made == KNOT_EOK && client.len + server.len == COOKIE_BYTES);
        (void)made;
    }
    memcpy(out->reply, client.data, client.len);
    memcpy(out->reply + client.len, server.data, server.len);
}
