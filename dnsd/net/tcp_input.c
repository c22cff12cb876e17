/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_input.c - from bytes to queries. Hides that they are parsed in batches. */
#include "dnsd/net/tcp_input.h"

size_t tcp_input_frame(const uint8_t *bytes, size_t len)
{
    if (len < 2 || len - 2 < wire_peek_u16(bytes))
        return 0;
    return 2 + (size_t)wire_peek_u16(bytes);
}

void tcp_input_begin(struct tcp_input *input, const uint8_t *bytes, size_t len,
                     const struct query_request *request, const struct zone_set *zones)
{
    input->taken = 0;
    input->len = len;
    input->bytes = bytes;
    input->zones = zones;
    input->request = *request;
    input->parsed = input->given = 0;
}

/* Parses what follows the messages that were given, up to a batch. */
static void parse_batch(struct tcp_input *input)
{
    size_t at = input->taken, frame;
    input->parsed = input->given = 0;
    while (input->parsed < TCP_INPUT_BATCH_MAX &&
           (frame = tcp_input_frame(input->bytes + at, input->len - at))) {
        input->request.bytes = input->bytes + at + 2;
        input->request.len = frame - 2;
        query_parse(&input->queries[input->parsed++], &input->request);
        at += frame;
    }
    query_prefetch(input->queries, input->parsed, input->zones);
}

struct query *tcp_input_next(struct tcp_input *input)
{
    if (input->given == input->parsed)
        parse_batch(input);
    if (input->parsed == 0)
        return NULL;
    struct query *query = &input->queries[input->given++];
    input->taken += 2 + query->request.len;
    return query;
}
