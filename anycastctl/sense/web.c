/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web.c - libcurl's sockets and timer on libev. Hides both. */
#include "anycastctl/sense/web.h"

#include "common/mem.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct web {
    struct ev_loop *loop;
    CURLM *multi;
    ev_timer timer;
    struct web_request *requests; /* a list */
};

struct web_request {
    struct web *web;
    struct web_request *next;
    CURL *easy;
    web_answer_fn *fn;
    void *arg;
    char *body;
    size_t len;
    bool too_long;
    char error[CURL_ERROR_SIZE];
};

struct web_socket {
    struct web *web;
    ev_io io;
};

/* ---- one request ---- */

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct web_request *request = arg;
    const size_t len = size * count;
    if (request->len + len > WEB_ANSWER_MAX) {
        request->too_long = true;
        return 0; /* ends the transfer */
    }
    request->body = mem_realloc(request->body, request->len + len);
    memcpy(request->body + request->len, data, len);
    request->len += len;
    return len;
}

void web_cancel(struct web_request *request)
{
    struct web_request **at = &request->web->requests;
    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    curl_multi_remove_handle(request->web->multi, request->easy);
    curl_easy_cleanup(request->easy);
    free(request->body);
    free(request);
}

static void finish(struct web_request *request, CURLcode result)
{
    char error[CURL_ERROR_SIZE + 32] = "";
    long status = 0;
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    if (request->too_long)
        snprintf(error, sizeof error, "its answer is longer than %d KiB", WEB_ANSWER_MAX / 1024);
    else if (result != CURLE_OK)
        snprintf(error, sizeof error, "%s",
                 request->error[0] ? request->error : curl_easy_strerror(result));
    else if (status != 200)
        snprintf(error, sizeof error, "it answers with status %ld", status);
    web_answer_fn *fn = request->fn;
    void *arg = request->arg;
    char *body = request->body;
    const size_t len = request->len;
    request->body = NULL;
    web_cancel(request); /* the callback may ask again */
    fn(arg, error[0] ? NULL : body ? body : "", error[0] ? 0 : len, error[0] ? error : NULL);
    free(body);
}

static void finish_done(struct web *web)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(web->multi, &left))) {
        struct web_request *request;
        const CURLcode result = message->data.result;
        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request) == CURLE_OK)
            finish(request, result);
    }
}

/* ---- libcurl's sockets and timer ---- */

static void on_socket(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    struct web *web = ((struct web_socket *)io->data)->web;
    const int action = (events & EV_READ ? CURL_CSELECT_IN : 0) |
                       (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(web->multi, io->fd, action, &running);
    finish_done(web);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct web *web = timer->data;
    int running;
    curl_multi_socket_action(web->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    finish_done(web);
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    struct web *web = arg;
    ev_timer_stop(web->loop, &web->timer);
    if (ms < 0)
        return 0;
    ev_timer_set(&web->timer, (double)ms / 1000, 0);
    ev_timer_start(web->loop, &web->timer);
    return 0;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    (void)easy;
    struct web *web = arg;
    struct web_socket *socket = known;
    if (socket)
        ev_io_stop(web->loop, &socket->io);
    if (what == CURL_POLL_REMOVE) {
        curl_multi_assign(web->multi, fd, NULL);
        free(socket);
        return 0;
    }
    if (!socket) {
        socket = mem_zalloc(sizeof *socket);
        socket->web = web;
        curl_multi_assign(web->multi, fd, socket);
    }
    ev_io_init(&socket->io, on_socket, fd,
               (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    socket->io.data = socket;
    ev_io_start(web->loop, &socket->io);
    return 0;
}

/* ---- for the owner ---- */

struct web *web_new(struct ev_loop *loop)
{
    struct web *web = mem_zalloc(sizeof *web);
    web->loop = loop;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    web->multi = curl_multi_init();
    curl_multi_setopt(web->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(web->multi, CURLMOPT_SOCKETDATA, web);
    curl_multi_setopt(web->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(web->multi, CURLMOPT_TIMERDATA, web);
    ev_init(&web->timer, on_timer);
    web->timer.data = web;
    return web;
}

void web_free(struct web *web)
{
    if (!web)
        return;
    while (web->requests)
        web_cancel(web->requests);
    curl_multi_cleanup(web->multi); /* closes kept connections, by want_socket() */
    ev_timer_stop(web->loop, &web->timer);
    curl_global_cleanup();
    free(web);
}

struct web_request *web_get(struct web *web, const char *url, int64_t timeout_ms, web_answer_fn *fn,
                            void *arg)
{
    struct web_request *request = mem_zalloc(sizeof *request);
    request->web = web;
    request->fn = fn;
    request->arg = arg;
    request->next = web->requests;
    web->requests = request;
    CURL *easy = request->easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "proxima/" PACKAGE_VERSION);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_multi_add_handle(web->multi, easy);
    return request;
}
