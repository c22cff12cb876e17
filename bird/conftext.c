/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conftext.c - bird.conf as blocks of statements. Knows BIRD's comments, quotes, braces and
 * includes; hides how an include in the middle of a block goes on in it. */
#include "bird/conftext.h"

#include "common/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INCLUDE_DEPTH_MAX = 8, /* BIRD's own limit */
    NEST_MAX = 32,
    STATEMENT_MAX = 1024, /* what is beyond is cut */
    FILE_BYTES_MAX = 16 << 20,
    FROM_MAX = 8, /* templates from templates */
};

struct block {
    char *head; /* "protocol bgp up from upstream"; "" for what is outside of all */
    char *name, *from;
    char **statement;
    size_t count;
};

struct bird_conftext {
    const char *root;
    struct block *block; /* [0]: outside of all */
    size_t count;

    /* While it is read. */
    size_t open;                 /* the block that statements go to */
    unsigned nest;               /* braces that are open */
    size_t prefix_len[NEST_MAX]; /* how much of `prefix` each of them found */
    char prefix[STATEMENT_MAX];
    char words[STATEMENT_MAX]; /* of the statement that is coming in */
    unsigned include_depth;
};

/* --- statements and blocks ----------------------------------------------------------------- */

static void append(char text[STATEMENT_MAX], const char *space, const char *word, size_t len)
{
    size_t used = strlen(text);
    snprintf(text + used, STATEMENT_MAX - used, "%s%.*s", used ? space : "", (int)len, word);
}

/* True if `text` begins with the words of `words`. */
static bool begins(const char *text, const char *words)
{
    size_t len = strlen(words);
    return strncmp(text, words, len) == 0 && (text[len] == '\0' || text[len] == ' ');
}

/* The n-th word (from 0) in new memory; "" if there are not so many. */
static char *nth_word(const char *text, int n)
{
    for (; n > 0 && *text; n--) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return mem_printf("%.*s", (int)strcspn(text, " "), text);
}

/* "protocol bgp up from upstream", "template bgp upstream", "function f()". */
static void open_block(struct bird_conftext *config, const char *head)
{
    config->block = mem_realloc(config->block, (config->count + 1) * sizeof *config->block);
    struct block *block = &config->block[config->count];
    const bool of_type = begins(head, "protocol") || begins(head, "template");
    const char *from = strstr(head, " from ");
    *block = (struct block){ .head = mem_strdup(head), .name = nth_word(head, of_type ? 2 : 1) };
    block->from = nth_word(from ? from + 1 : "", 1);
    config->open = config->count++;
}

static void add_statement(struct bird_conftext *config)
{
    struct block *block = &config->block[config->open];
    block->statement = mem_realloc(block->statement, (block->count + 1) * sizeof(char *));
    block->statement[block->count++] = mem_printf("%s%s", config->prefix, config->words);
}

static void open_brace(struct bird_conftext *config)
{
    if (config->nest == 0)
        open_block(config, config->words);
    if (config->nest < NEST_MAX)
        config->prefix_len[config->nest] = strlen(config->prefix);
    if (config->nest > 0) {
        append(config->prefix, "", config->words, strlen(config->words));
        append(config->prefix, "", ": ", 2);
    }
    config->nest++;
    config->words[0] = '\0';
}

static void close_brace(struct bird_conftext *config)
{
    if (config->words[0])
        add_statement(config);
    config->words[0] = '\0';
    if (config->nest == 0)
        return;
    config->nest--;
    if (config->nest < NEST_MAX)
        config->prefix[config->prefix_len[config->nest]] = '\0';
    if (config->nest == 0)
        config->open = 0;
}

/* --- files --------------------------------------------------------------------------------- */

static int read_file(struct bird_conftext *config, const char *path, struct err *err);

/* A pattern may match nothing; a plain path must be there. */
static int include_all(struct bird_conftext *config, const char *pattern, struct err *err)
{
    glob_t found;
    int result = 0;
    if (glob(pattern, 0, NULL, &found) != 0)
        return strpbrk(pattern, "*?[") ? 0 : read_file(config, pattern, err);
    for (size_t i = 0; i < found.gl_pathc && result == 0; i++)
        result = read_file(config, found.gl_pathv[i], err);
    globfree(&found);
    return result;
}

/* `include "name"`, found in the file `from`: relative names stand beside it. */
static int include(struct bird_conftext *config, const char *from, struct err *err)
{
    char name[STATEMENT_MAX] = "", *path;
    const char *slash = strrchr(from, '/');
    sscanf(config->words, "include \"%1023[^\"]\"", name);
    if (name[0] == '/')
        path = mem_printf("%s%s", config->root, name);
    else
        path = mem_printf("%.*s%s", slash ? (int)(slash - from) + 1 : 0, from, name);
    add_statement(config);
    config->words[0] = '\0';
    int result = include_all(config, path, err);
    free(path);
    return result;
}

static int end_statement(struct bird_conftext *config, const char *path, struct err *err)
{
    if (begins(config->words, "include"))
        return include(config, path, err);
    if (config->words[0])
        add_statement(config);
    config->words[0] = '\0';
    return 0;
}

/* Behind a comment or white space at `at`; `at` itself if there is none. */
static const char *skip_space(const char *at)
{
    if (*at == '#')
        return at + strcspn(at, "\n");
    if (at[0] == '/' && at[1] == '*') {
        const char *end = strstr(at + 2, "*/");
        return end ? end + 2 : at + strlen(at);
    }
    return at + strspn(at, " \t\r\n");
}

static size_t word_length(const char *at)
{
    if (*at == '"') {
        size_t inside = strcspn(at + 1, "\"\n");
        return inside + 1 + (at[1 + inside] == '"');
    }
    size_t len = 0;
    while (at[len] && !isspace((unsigned char)at[len]) && !strchr("{};#\"", at[len]))
        len++;
    return len;
}

static int take_text(struct bird_conftext *config, const char *at, const char *path,
                     struct err *err)
{
    while (*at) {
        const char *next = skip_space(at);
        if (next != at) {
            at = next;
            continue;
        }
        size_t len = 1;
        if (*at == '{')
            open_brace(config);
        else if (*at == '}')
            close_brace(config);
        else if (*at != ';')
            append(config->words, " ", at, len = word_length(at));
        else if (end_statement(config, path, err))
            return -1;
        at += len;
    }
    return 0;
}

static char *slurp(const char *path, struct err *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status)) {
        err_sys(err, "%s", path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    size_t cap = status.st_size < FILE_BYTES_MAX ? (size_t)status.st_size : FILE_BYTES_MAX;
    char *text = mem_alloc(cap + 1);
    ssize_t got = read(fd, text, cap);
    int error = errno;
    close(fd);
    if (got < 0) {
        free(text);
        errno = error;
        err_sys(err, "%s", path);
        return NULL;
    }
    text[got] = '\0';
    return text;
}

static int read_file(struct bird_conftext *config, const char *path, struct err *err)
{
    if (config->include_depth == INCLUDE_DEPTH_MAX)
        return err_set(err, "%s: too many files include each other", path);
    char *text = slurp(path, err);
    if (!text)
        return -1;
    config->include_depth++;
    int result = take_text(config, text, path, err);
    config->include_depth--;
    free(text);
    return result;
}

struct bird_conftext *bird_conftext_read(const char *root, const char *path, struct err *err)
{
    struct bird_conftext *config = mem_zalloc(sizeof *config);
    char *full = mem_printf("%s%s", root, path);
    config->root = root;
    open_block(config, "");
    int result = read_file(config, full, err);
    int error = errno;
    free(full);
    if (result == 0)
        return config;
    bird_conftext_free(config);
    errno = error;
    return NULL;
}

void bird_conftext_free(struct bird_conftext *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->count; i++) {
        struct block *block = &config->block[i];
        for (size_t s = 0; s < block->count; s++)
            free(block->statement[s]);
        free(block->statement);
        free(block->head);
        free(block->name);
        free(block->from);
    }
    free(config->block);
    free(config);
}

/* --- what it says -------------------------------------------------------------------------- */

const char *bird_conftext_next(const struct bird_conftext *config, const char *kind, size_t *at)
{
    while (++*at < config->count)
        if (begins(config->block[*at].head, kind))
            return config->block[*at].name;
    return NULL;
}

static const struct block *find_block(const struct bird_conftext *config, const char *name)
{
    for (size_t i = config->count - 1; i > 0; i--)
        if (*name && strcmp(config->block[i].name, name) == 0)
            return &config->block[i];
    return NULL;
}

const char *bird_conftext_find(const struct bird_conftext *config, const char *name,
                               const char *words)
{
    const struct block *block = find_block(config, name);
    for (int i = 0; block && i < FROM_MAX; i++) {
        for (size_t s = block->count; s > 0; s--)
            if (begins(block->statement[s - 1], words))
                return block->statement[s - 1];
        block = find_block(config, block->from);
    }
    return NULL;
}

void bird_conftext_each(const struct bird_conftext *config, const char *name,
                        void (*each)(void *arg, const char *statement), void *arg)
{
    const struct block *block = find_block(config, name);
    for (int i = 0; block && i < FROM_MAX; i++) {
        for (size_t s = 0; s < block->count; s++)
            each(arg, block->statement[s]);
        block = find_block(config, block->from);
    }
}

const char *bird_conftext_global(const struct bird_conftext *config, const char *words, size_t *at)
{
    const struct block *outside = &config->block[0];
    while (*at < outside->count) {
        const char *statement = outside->statement[(*at)++];
        if (begins(statement, words))
            return statement;
    }
    return NULL;
}

const char *bird_conftext_define(const struct bird_conftext *config, const char *name)
{
    size_t at = 0;
    const size_t len = strlen(name);
    for (const char *define; (define = bird_conftext_global(config, "define", &at));) {
        const char *text = define + strlen("define ");
        if (strncmp(text, name, len) == 0 && text[len] == ' ' && text[len + 1] == '=')
            return text + len + 2 + strspn(text + len + 2, " ");
    }
    return NULL;
}
