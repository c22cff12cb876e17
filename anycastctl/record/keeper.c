/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keeper.c - one slot for the latest text, and a thread that makes a file of it. */
#include "anycastctl/record/keeper.h"

#include "common/background.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RETRY_MS = 1000 }; /* a full disk is made room on by hand: soon enough, and costs nothing */

struct keeper {
    char *path, *fresh; /* `fresh` is written first */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done; /* on the monotonic clock */
    char *text;                /* to be written, perhaps once more; NULL: nothing */
    uint64_t put, tried;       /* how many texts were put, and up to which one writing was tried */
    bool stop;
    struct err problem; /* of the last try */
};

/* ---- the thread ---- */

static int write_fresh(const struct keeper *keeper, const char *text, struct err *err)
{
    int fd = open(keeper->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0)
        return err_sys(err, "%s", keeper->fresh);
    size_t len = strlen(text);
    ssize_t n = write(fd, text, len);
    if (n >= 0 && (size_t)n < len)
        errno = ENOSPC;
    int failed = n != (ssize_t)len || fsync(fd) < 0;
    if (failed)
        err_sys(err, "%s", keeper->fresh);
    close(fd);
    return failed ? -1 : 0;
}

static int sync_folder(const struct keeper *keeper, struct err *err)
{
    char *folder = mem_strdup(keeper->path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) < 0;
    if (failed)
        err_sys(err, "%s", slash ? folder : ".");
    if (fd >= 0)
        close(fd);
    free(folder);
    return failed ? -1 : 0;
}

static int replace(const struct keeper *keeper, const char *text, struct err *err)
{
    if (write_fresh(keeper, text, err) < 0) {
        unlink(keeper->fresh);
        return -1;
    }
    if (rename(keeper->fresh, keeper->path) < 0)
        return err_sys(err, "%s", keeper->path);
    return sync_folder(keeper, err);
}

/* Until there is a new text, the one that failed is due again, or it is time to end. */
static void await_text(struct keeper *keeper)
{
    struct timespec again = background_deadline(CLOCK_MONOTONIC, RETRY_MS);
    int waited = 0;
    while (!keeper->stop && keeper->tried == keeper->put && waited != ETIMEDOUT)
        waited = keeper->text ? pthread_cond_timedwait(&keeper->work, &keeper->lock, &again)
                              : pthread_cond_wait(&keeper->work, &keeper->lock);
}

static void tell(const struct keeper *keeper, const struct err *err)
{
    if (err->msg[0] && strcmp(err->msg, keeper->problem.msg) != 0)
        log_event(LOG_ERROR, "not-stored", "error=\"%s\"", err->msg);
    else if (!err->msg[0] && keeper->problem.msg[0])
        log_event(LOG_NOTICE, "stored-again", "path=%s", keeper->path);
}

/* Writes the text there is; without the lock meanwhile. What failed stays, unless there is a newer
 * one. */
static void store(struct keeper *keeper)
{
    char *text = keeper->text;
    uint64_t number = keeper->put;
    keeper->text = NULL;
    pthread_mutex_unlock(&keeper->lock);

    struct err err;
    err_clear(&err);
    bool failed = replace(keeper, text, &err) < 0;
    tell(keeper, &err);

    pthread_mutex_lock(&keeper->lock);
    keeper->tried = number;
    keeper->problem = err;
    if (failed && !keeper->text)
        keeper->text = text;
    else
        free(text);
    pthread_cond_broadcast(&keeper->done);
}

static void *run(void *arg)
{
    struct keeper *keeper = arg;
    bool last = false;
    pthread_mutex_lock(&keeper->lock);
    while (!last) {
        await_text(keeper);
        last = keeper->stop;
        if (keeper->text)
            store(keeper);
    }
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* ---- the caller's side ---- */

struct keeper *keeper_new(const char *path)
{
    struct keeper *keeper = mem_zalloc(sizeof *keeper);
    keeper->path = mem_strdup(path);
    keeper->fresh = mem_printf("%s.new", path);
    pthread_mutex_init(&keeper->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->work, &monotonic);
    pthread_cond_init(&keeper->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    keeper->thread = background_start(run, keeper);
    return keeper;
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->stop = true;
    pthread_cond_signal(&keeper->work);
    pthread_mutex_unlock(&keeper->lock);
    if (!background_join(keeper->thread))
        return; /* the disk blocks its thread, which still needs all of this */
    pthread_cond_destroy(&keeper->work);
    pthread_cond_destroy(&keeper->done);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper->path);
    free(keeper->fresh);
    free(keeper->text);
    free(keeper);
}

void keeper_put(struct keeper *keeper, char *text)
{
    pthread_mutex_lock(&keeper->lock);
    free(keeper->text);
    keeper->text = text;
    keeper->put++;
    pthread_cond_signal(&keeper->work);
    pthread_mutex_unlock(&keeper->lock);
}

int keeper_wait(struct keeper *keeper, int ms, struct err *err)
{
    struct timespec until = background_deadline(CLOCK_MONOTONIC, ms);
    int timeout = 0;
    pthread_mutex_lock(&keeper->lock);
    while (keeper->tried < keeper->put && timeout == 0)
        timeout = pthread_cond_timedwait(&keeper->done, &keeper->lock, &until);
    bool late = keeper->tried < keeper->put;
    struct err problem = keeper->problem;
    pthread_mutex_unlock(&keeper->lock);
    if (late)
        return err_set(err, "%s: the disk is slow, it is still being written", keeper->path);
    if (problem.msg[0])
        return err_set(err, "%s", problem.msg);
    return 0;
}

bool keeper_problem(struct keeper *keeper, struct err *out)
{
    return keeper_wait(keeper, 0, out) < 0;
}
