/* SPDX-License-Identifier: GPL-3.0-or-later */
/* helper.c - lines from anycastdrill, without waiting for them. */
#include "anycastctl/drill/helper.h"

#include "common/mem.h"
#include "common/unixsock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int explain(const char *path, struct err *err)
{
    const char *remedy = errno == EACCES || errno == EPERM
                             ? "use sudo, or become a member of \"group\" in anycastdrill.conf"
                             : "is it running? try: systemctl start anycastdrill";
    return err_set(err, "cannot reach anycastdrill at %s: %s: %s", path, strerror(errno), remedy);
}

int helper_begin(struct helper *helper, const char *path, json_t *request, struct err *err)
{
    *helper = (struct helper){ .fd = unixsock_connect(path, SOCK_STREAM, err) };
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    char *line = mem_printf("%s\n", text);
    free(text);
    int result = helper->fd < 0 ? explain(path, err) : 0;
    if (result == 0 && unixsock_send(helper->fd, line, strlen(line), -1) != (ssize_t)strlen(line))
        result = err_sys(err, "anycastdrill at %s does not take a request", path);
    free(line);
    if (result)
        helper_close(helper);
    return result;
}

/* One line of the buffer; NULL: none is whole. */
static json_t *take_line(struct helper *helper)
{
    char *newline = memchr(helper->line, '\n', helper->len);
    if (!newline)
        return NULL;
    size_t used = (size_t)(newline - helper->line) + 1;
    json_t *line = json_loadb(helper->line, used, 0, NULL);
    helper->len -= used;
    memmove(helper->line, helper->line + used, helper->len);
    return line ? line : json_object();
}

static json_t *check(json_t *line, struct err *err)
{
    const char *said = json_string_value(json_object_get(line, "error"));
    if (json_is_true(json_object_get(line, "ok")))
        return line;
    err_set(err, "anycastdrill: %s", said ? said : "its reply cannot be read");
    json_decref(line);
    return NULL;
}

json_t *helper_next(struct helper *helper, struct err *err)
{
    json_t *line = take_line(helper);
    err_clear(err);
    if (line)
        return check(line, err);
    ssize_t n = recv(helper->fd, helper->line + helper->len, sizeof helper->line - helper->len,
                     MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    if (n <= 0) {
        err_set(err, "anycastdrill is gone: it puts things right when it is started again");
        return NULL;
    }
    helper->len += (size_t)n;
    line = take_line(helper);
    return line ? check(line, err) : NULL;
}

void helper_close(struct helper *helper)
{
    if (helper->fd >= 0)
        close(helper->fd);
    helper->fd = -1;
}
