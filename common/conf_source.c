/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_source.c - a configuration's text. Knows libconfig's tokens (comments, strings, names,
 * numbers) and
 * @include; hides files and the map of lines. */
#include "common/conf_source.h"

#include "common/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEPTH_MAX = 10, /* libconfig's own limit */
    FILES_MAX = 10000,
    BYTES_MAX = 64 << 20,
};

/* From line `from` of the whole text on, the lines are those of `file`, from `line` on. */
struct stretch {
    unsigned from;
    unsigned line;
    unsigned file;
};

struct conf_source {
    char *text;
    size_t len, cap;
    unsigned line; /* the one that is written now */
    char **files;
    size_t file_count;
    struct stretch *stretches;
    size_t stretch_count;
    char *folder; /* with a final slash, or empty */
};

/* A file that is being read. */
struct input {
    struct conf_source *source;
    unsigned file, depth;
    const char *at, *end; /* `end` points at a NUL */
    unsigned line;
    struct err *err;
};

static int fail(const struct input *in, const char *reason)
{
    return err_set(in->err, "%s:%u: %s", in->source->files[in->file], in->line, reason);
}

/* --- writing the whole text ----------------------------------------------------------------- */

static void append(struct conf_source *source, const char *from, const char *end)
{
    size_t more = (size_t)(end - from);
    if (source->len + more + 1 > source->cap) {
        source->cap = 2 * source->cap + more + 1;
        source->text = mem_realloc(source->text, source->cap);
    }
    memcpy(source->text + source->len, from, more);
    source->len += more;
    source->text[source->len] = '\0';
    for (; from < end; from++)
        source->line += *from == '\n';
}

/* What follows shall not run into the last line. */
static void end_line(struct conf_source *source)
{
    static const char newline[] = "\n";
    if (source->len && source->text[source->len - 1] != '\n')
        append(source, newline, newline + 1);
}

static void start_stretch(struct conf_source *source, unsigned file, unsigned line)
{
    size_t n = source->stretch_count++;
    source->stretches = mem_realloc(source->stretches, (n + 1) * sizeof *source->stretches);
    source->stretches[n] = (struct stretch){ source->line, line, file };
}

/* Takes the bytes up to `end` over into the whole text. */
static void take_to(struct input *in, const char *end)
{
    unsigned before = in->source->line;
    append(in->source, in->at, end);
    in->line += in->source->line - before;
    in->at = end;
}

/* --- tokens ----------------------------------------------------------------------------------- */

static int take_comment(struct input *in)
{
    const char *close = strstr(in->at + 2, "*/");
    if (!close)
        return fail(in, "the comment that starts here with /* is not closed");
    take_to(in, close + 2);
    return 0;
}

static int take_string(struct input *in)
{
    const char *p = in->at + 1;
    for (; *p && *p != '"'; p++) {
        if (*p == '\\' && (strncasecmp(p, "\\x00", 4) == 0))
            return fail(in, "a text cannot contain a NUL byte");
        if (*p == '\\' && p[1])
            p++;
    }
    if (!*p)
        return fail(in, "the text that starts here with \" is not closed");
    take_to(in, p + 1);
    return 0;
}

static void take_name(struct input *in)
{
    const char *p = in->at;
    while (isalnum((unsigned char)*p) || *p == '-' || *p == '_' || *p == '*')
        p++;
    take_to(in, p);
}

/* The magnitude of the integer at `digits` is at most `max`. */
static bool fits(const char *digits, int base, uint64_t max)
{
    errno = 0;
    return strtoull(digits, NULL, base) <= max && errno == 0;
}

static int say_too_large(const struct input *in, int len, bool wide)
{
    char reason[160];
    if (wide)
        snprintf(reason, sizeof reason, "%.*s does not fit into 64 bits", len > 40 ? 40 : len,
                 in->at);
    else
        snprintf(reason, sizeof reason,
                 "%.*s does not fit into 32 bits: write an L behind larger integers",
                 len > 40 ? 40 : len, in->at);
    return fail(in, reason);
}

/* libconfig: [-+]?[0-9]+L?L? or 0x[0-9a-f]+L?L?; what has a point or an exponent is a float. */
static int take_number(struct input *in)
{
    const char *digits = in->at + (*in->at == '-' || *in->at == '+');
    bool hex = digits == in->at && digits[0] == '0' && (digits[1] | 0x20) == 'x';
    digits += hex ? 2 : 0;
    size_t count = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
    const char *behind = digits + count;
    bool wide = *behind == 'L';
    bool is_float = !hex && (*behind == '.' || *behind == 'e' || *behind == 'E');
    if (is_float)
        behind += strspn(behind, "0123456789.eE+-");
    else if (count && !fits(digits, hex ? 16 : 10, wide ? INT64_MAX : INT32_MAX))
        return say_too_large(in, (int)(behind - in->at), wide);
    take_to(in, behind > in->at ? behind : in->at + 1);
    return 0;
}

/* --- files ------------------------------------------------------------------------------------ */

static int read_file(struct conf_source *source, const char *path, const struct input *from,
                     struct err *err);

/* At `@include`: behind it stand blanks and a name in quotes. */
static int take_include(struct input *in)
{
    const char *p = in->at + strlen("@include");
    size_t blanks = strspn(p, " \t");
    const char *name = p + blanks + 1;
    const char *close = blanks && p[blanks] == '"' ? strpbrk(name, "\"\n") : NULL;
    if (!close || *close != '"' || close == name)
        return fail(in, "@include needs a file name in quotes, all on one line");
    char *path = mem_printf("%s%.*s", *name == '/' ? "" : in->source->folder, (int)(close - name),
                            name);
    int result = read_file(in->source, path, in, in->err);
    free(path);
    in->at = close + 1;
    start_stretch(in->source, in->file, in->line);
    return result;
}

static bool at_line_start(const struct input *in, const char *start)
{
    const char *p = in->at;
    while (p > start && (p[-1] == ' ' || p[-1] == '\t'))
        p--;
    return p == start || p[-1] == '\n';
}

static int take_token(struct input *in, const char *start)
{
    char c = *in->at;
    if (c == '#' || strncmp(in->at, "//", 2) == 0) {
        take_to(in, in->at + strcspn(in->at, "\n"));
        return 0;
    }
    if (strncmp(in->at, "/*", 2) == 0)
        return take_comment(in);
    if (c == '"')
        return take_string(in);
    if (c == '@' && strncmp(in->at, "@include", 8) == 0 && at_line_start(in, start))
        return take_include(in);
    if (c == '@')
        return fail(in, "@ is only used in @include, at the start of a line");
    if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.')
        return take_number(in);
    if (isalpha((unsigned char)c) || c == '*')
        take_name(in);
    else
        take_to(in, in->at + 1);
    return 0;
}

static int take_text(struct input *in)
{
    const char *start = in->at;
    const char *nul = memchr(start, '\0', (size_t)(in->end - start));
    if (nul)
        return fail(in, "contains NUL bytes: this is not a text file");
    while (in->at < in->end) {
        if (in->source->len > BYTES_MAX)
            return fail(in, "the configuration is larger than 64 MiB");
        if (take_token(in, start))
            return -1;
    }
    end_line(in->source);
    return 0;
}

/* The bytes of `path` with a NUL behind them. */
static char *slurp(const char *path, size_t *len, struct err *err)
{
    struct stat status;
    char *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* opening a FIFO must not hang */
    if (fd < 0 || fstat(fd, &status)) {
        err_sys(err, "%s", path);
    } else if (!S_ISREG(status.st_mode)) {
        err_set(err, "%s: is %s, not a file", path,
                S_ISDIR(status.st_mode) ? "a folder" : "something special");
    } else if (status.st_size > BYTES_MAX) {
        err_set(err, "%s: is larger than 64 MiB", path);
    } else {
        text = mem_alloc((size_t)status.st_size + 1);
        ssize_t got, used = 0;
        while ((got = read(fd, text + used, (size_t)(status.st_size - used))) > 0)
            used += got;
        text[used] = '\0';
        *len = (size_t)used;
        if (got < 0) {
            err_sys(err, "%s", path);
            free(text);
            text = NULL;
        }
    }
    if (fd >= 0)
        close(fd);
    return text;
}

/* `from` is the place of the @include, or NULL for the main file. */
static int read_file(struct conf_source *source, const char *path, const struct input *from,
                     struct err *err)
{
    size_t len;
    if (from && (from->depth == DEPTH_MAX || source->file_count == FILES_MAX))
        return fail(from, "too many files include each other: does one include itself?");
    char *text = slurp(path, &len, err);
    if (!text)
        return from ? err_wrap(err, "%s:%u: @include", source->files[from->file], from->line) : -1;
    unsigned file = (unsigned)source->file_count++;
    source->files = mem_realloc(source->files, source->file_count * sizeof *source->files);
    source->files[file] = mem_strdup(path);
    start_stretch(source, file, 1);
    struct input in = { .source = source,
                        .file = file,
                        .depth = from ? from->depth + 1 : 0,
                        .at = text,
                        .end = text + len,
                        .line = 1,
                        .err = err };
    int result = take_text(&in);
    free(text);
    return result;
}

struct conf_source *conf_source_read(const char *path, struct err *err)
{
    struct conf_source *source = mem_zalloc(sizeof *source);
    const char *slash = strrchr(path, '/');
    source->folder = mem_printf("%.*s", slash ? (int)(slash - path) + 1 : 0, path);
    source->line = 1;
    append(source, "", "");
    if (read_file(source, path, NULL, err) == 0)
        return source;
    conf_source_free(source);
    return NULL;
}

void conf_source_free(struct conf_source *source)
{
    if (!source)
        return;
    for (size_t i = 0; i < source->file_count; i++)
        free(source->files[i]);
    free(source->files);
    free(source->stretches);
    free(source->folder);
    free(source->text);
    free(source);
}

const char *conf_source_text(const struct conf_source *source)
{
    return source->text;
}

/* The last stretch that starts at or before the line. */
struct conf_place conf_source_place(const struct conf_source *source, unsigned line)
{
    size_t low = 0, high = source->stretch_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->stretches[middle].from <= line)
            low = middle;
        else
            high = middle;
    }
    const struct stretch *s = &source->stretches[low];
    return (struct conf_place){ source->files[s->file], s->line + line - s->from };
}
