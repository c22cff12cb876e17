/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dname.c - domain names. Knows labels, case and escapes; hides the byte walking. */
#include "common/dname.h"

#include <stdio.h>
#include <string.h>

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

size_t dname_len(const uint8_t *wire)
{
    const uint8_t *p = wire;
    while (*p)
        p += *p + 1;
    return (size_t)(p - wire) + 1;
}

unsigned dname_labels(const uint8_t *wire)
{
    unsigned n = 0;
    for (; *wire; wire += *wire + 1)
        n++;
    return n;
}

const uint8_t *dname_skip(const uint8_t *wire, unsigned skip)
{
    while (skip--)
        wire += *wire + 1;
    return wire;
}

/* A length byte is at most 63, below 'A', so whole names compare byte by byte. */
bool dname_equal(const uint8_t *a, const uint8_t *b)
{
    for (;;) {
        unsigned left = *a;
        if (*a++ != *b++)
            return false;
        if (left == 0)
            return true;
        for (; left; left--)
            if (lower(*a++) != lower(*b++))
                return false;
    }
}

bool dname_is_at_or_below(const uint8_t *name, const uint8_t *ancestor)
{
    unsigned have = dname_labels(name), want = dname_labels(ancestor);
    return have >= want && dname_equal(dname_skip(name, have - want), ancestor);
}

static int label_cmp(const uint8_t *a, const uint8_t *b)
{
    unsigned shorter = *a < *b ? *a : *b;
    for (unsigned i = 1; i <= shorter; i++)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
            return lower(a[i]) - lower(b[i]);
    return *a - *b;
}

/* Where each label begins, from the left. Returns how many there are. */
static unsigned label_offsets(const uint8_t *wire, uint8_t offsets[DNAME_LABELS_MAX])
{
    unsigned n = 0;
    for (unsigned pos = 0; wire[pos]; pos += wire[pos] + 1u)
        offsets[n++] = (uint8_t)pos;
    return n;
}

/* RFC 4034 6.1: labels from the rightmost to the left; the one that runs out first is smaller. */
int dname_cmp(const uint8_t *a, const uint8_t *b)
{
    uint8_t a_labels[DNAME_LABELS_MAX], b_labels[DNAME_LABELS_MAX];
    unsigned na = label_offsets(a, a_labels), nb = label_offsets(b, b_labels);
    while (na && nb) {
        int d = label_cmp(a + a_labels[--na], b + b_labels[--nb]);
        if (d)
            return d;
    }
    return (int)na - (int)nb;
}

size_t dname_lower(uint8_t *to, const uint8_t *from)
{
    const size_t len = dname_len(from);
    dname_lower_bytes(to, from, len);
    return len;
}

/* Reads one byte of a label, escaped or not. Returns the bytes of text used, 0 if malformed. */
static size_t text_byte(const char *text, uint8_t *out)
{
    if (text[0] != '\\') {
        *out = (uint8_t)text[0];
        return 1;
    }
    if (text[1] < '0' || text[1] > '9') {
        *out = (uint8_t)text[1];
        return text[1] ? 2 : 0;
    }
    unsigned value = 0;
    for (int i = 1; i <= 3; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (value > 255)
        return 0;
    *out = (uint8_t)value;
    return 4;
}

/* Reads the label at *text into `out` (length byte first) and moves *text behind it. */
static int text_label(const char **text, uint8_t out[64], const char *whole, struct err *err)
{
    const char *label = *text;
    unsigned n = 0;
    while (**text && **text != '.') {
        uint8_t c;
        size_t used = text_byte(*text, &c);
        if (!used)
            return err_set(err, "name \"%s\": malformed escape at \"%.5s\"", whole, *text);
        if (n == DNAME_LABEL_MAX)
            return err_set(err, "name \"%s\": label \"%.20s…\" is longer than 63 bytes", whole,
                           label);
        out[++n] = c;
        *text += used;
    }
    if (n == 0)
        return err_set(err, "name \"%s\": empty label", whole);
    out[0] = (uint8_t)n;
    return 0;
}

int dname_from_text(const char *text, struct dname *out, struct err *err)
{
    const char *whole = text;
    size_t len = 0;
    if (text[0] == '\0')
        return err_set(err, "empty name (the root is written \".\")");
    if (strcmp(text, ".") == 0)
        text++;
    while (*text) {
        uint8_t label[64];
        if (text_label(&text, label, whole, err))
            return -1;
        if (len + label[0] + 2u > DNAME_MAX)
            return err_set(err, "name \"%.60s…\" is longer than 255 bytes", whole);
        memcpy(out->wire + len, label, label[0] + 1u);
        len += label[0] + 1u;
        if (*text == '.')
            text++;
    }
    out->wire[len] = 0;
    out->len = (uint8_t)(len + 1);
    return 0;
}

static char *put_byte(char *to, uint8_t c)
{
    if (c <= ' ' || c >= 127)
        return to + sprintf(to, "\\%03u", c);
    if (strchr(".\\\"();@$", c))
        *to++ = '\\';
    *to++ = (char)c;
    return to;
}

char *dname_to_text(const uint8_t *wire, char out[DNAME_TEXT_MAX])
{
    char *to = out;
    if (*wire == 0)
        *to++ = '.';
    while (*wire) {
        for (unsigned i = 1; i <= *wire; i++)
            to = put_byte(to, wire[i]);
        *to++ = '.';
        wire += *wire + 1;
    }
    *to = '\0';
    return out;
}

bool dname_valid(const uint8_t *wire, size_t len)
{
    size_t pos = 0;
    if (len == 0 || len > DNAME_MAX)
        return false;
    while (pos < len && wire[pos]) {
        if (wire[pos] > DNAME_LABEL_MAX)
            return false;
        pos += wire[pos] + 1u;
    }
    return pos + 1 == len;
}
