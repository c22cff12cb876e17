/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagequeue.c - images that are to be written. Knows when a job is not wanted any more; hides the
 * thread. */
#include "dnsd/zone/imagequeue.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct job {
    struct job *next;
    char *path;
    const struct zone *zone;
    struct imagefile_origin origin;
    atomic_bool stop; /* it is not wanted any more */
};

struct image_queue {
    pthread_mutex_t lock;
    struct job *jobs;    /* that wait */
    struct job *current; /* that is being done */
    bool has_thread;
    bool is_closed; /* the thread frees the queue */
};

static void job_free(struct job *job)
{
    zone_release(job->zone);
    file_list_free(&job->origin.files);
    free(job->path);
    free(job);
}

static void do_job(const struct job *job)
{
    struct err err;
    char name[DNAME_TEXT_MAX];
    const struct mono start = mono_now();
    const int result = imagefile_write(job->path, job->zone, &job->origin, &job->stop, &err);
    dname_to_text(zone_name(job->zone), name);
    if (result == 0)
        log_event(LOG_INFO, "zone-image-written", "zone=%s image=%s seconds=%.3f", name, job->path,
                  mono_diff_s(mono_now(), start));
    else if (!atomic_load(&job->stop))
        log_event(LOG_WARN, "zone-image-failed",
                  "zone=%s image=%s reason=\"%s\" effect=\"the next start parses the zone\"", name,
                  job->path, err.msg);
}

/* --- the thread ------------------------------------------------------------------------------- */

/* In Linux both priorities are a thread's own. */
static void step_back(void)
{
    enum { WHO_PROCESS = 1, CLASS_IDLE = 3, CLASS_SHIFT = 13, NICE_LAST = 19 };
    (void)setpriority(PRIO_PROCESS, 0, NICE_LAST);
    (void)syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE << CLASS_SHIFT);
}

static void queue_free(struct image_queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

/* Ends the current job and begins the next; false: there is none, and the thread is to end. */
static bool next_job(struct image_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    struct job *done = queue->current, *job = queue->jobs;
    queue->current = job;
    if (job)
        queue->jobs = job->next;
    else
        queue->has_thread = false;
    const bool is_last = !job && queue->is_closed;
    pthread_mutex_unlock(&queue->lock);
    if (done)
        job_free(done);
    if (is_last)
        queue_free(queue);
    return job != NULL;
}

static void *work(void *arg)
{
    struct image_queue *queue = arg;
    step_back();
    while (next_job(queue))
        do_job(queue->current);
    return NULL;
}

/* It takes no signals: not even that a file has grown too large. */
static void start_thread(struct image_queue *queue)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&thread, NULL, work, queue);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) { /* what waits is done when the next one can be started */
        log_event(LOG_WARN, "zone-image-failed", "reason=\"no thread: %s\"", strerror(error));
        return;
    }
    queue->has_thread = true;
    pthread_setname_np(thread, "images");
    pthread_detach(thread);
}

/* --- the queue -------------------------------------------------------------------------------- */

struct image_queue *image_queue_new(void)
{
    struct image_queue *queue = mem_zalloc(sizeof *queue);
    pthread_mutex_init(&queue->lock, NULL);
    return queue;
}

/* Those for `path`, or all. The lock is held. */
static void drop(struct image_queue *queue, const char *path)
{
    for (struct job **at = &queue->jobs; *at;) {
        struct job *job = *at;
        if (path && strcmp(job->path, path) != 0) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        job_free(job);
    }
    if (queue->current && (!path || strcmp(queue->current->path, path) == 0))
        atomic_store(&queue->current->stop, true);
}

void image_queue_add(struct image_queue *queue, const char *path, const struct zone *zone,
                     const struct imagefile_origin *origin)
{
    struct job *job = mem_zalloc(sizeof *job);
    job->path = mem_strdup(path);
    job->zone = zone_hold(zone);
    file_list_copy(&job->origin.files, &origin->files);
    job->origin.verdict = origin->verdict;
    pthread_mutex_lock(&queue->lock);
    drop(queue, path);
    struct job **end = &queue->jobs;
    while (*end)
        end = &(*end)->next;
    *end = job;
    if (!queue->has_thread)
        start_thread(queue);
    pthread_mutex_unlock(&queue->lock);
}

void image_queue_drop(struct image_queue *queue, const char *path)
{
    pthread_mutex_lock(&queue->lock);
    drop(queue, path);
    pthread_mutex_unlock(&queue->lock);
}

void image_queue_close(struct image_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    drop(queue, NULL);
    queue->is_closed = true;
    const bool is_ours = !queue->has_thread;
    pthread_mutex_unlock(&queue->lock);
    if (is_ours)
        queue_free(queue);
}
