/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_unixsock.c - unix sockets: whose file may be replaced, its mode, messages and descriptors.
 */
#include "common/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_unixsock.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/sock", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int remove_socket(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static int listen_at(const char *where, int type)
{
    struct err err = { "" };
    int fd = unixsock_listen(where, type, 0660, &err);
    if (fd < 0)
        fail_msg("%s", err.msg);
    return fd;
}

static void assert_listen_fails(const char *where, const char *complaint)
{
    struct err err = { "" };
    assert_int_equal(unixsock_listen(where, SOCK_SEQPACKET, 0660, &err), -1);
    if (!strstr(err.msg, complaint))
        fail_msg("\"%s\" does not say \"%s\"", err.msg, complaint);
}

/* A connected pair: what we listen and accept with, and what connects. */
struct pair {
    int listening, server, client;
};

static struct pair pair_open(int type)
{
    struct err err;
    struct pair p = { .listening = listen_at(path, type) };
    p.client = unixsock_connect(path, type, &err);
    assert_true(p.client >= 0);
    p.server = accept4(p.listening, NULL, NULL, SOCK_CLOEXEC);
    assert_true(p.server >= 0);
    return p;
}

static void pair_close(struct pair *p)
{
    close(p->client);
    close(p->server);
    close(p->listening);
}

static void test_mode(void **state)
{
    static const mode_t modes[] = { 0600, 0660, 0666 };
    static const mode_t masks[] = { 0, 022, 077, 0177 };
    (void)state;
    for (int i = 0; i < 3 * 4; i++) {
        struct stat status;
        struct err err;
        mode_t before = umask(masks[i % 4]);
        int fd = unixsock_listen(path, SOCK_STREAM, modes[i / 4], &err);
        umask(before);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, modes[i / 4]);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        close(fd);
    }
}

static void test_stale_is_replaced(void **state)
{
    (void)state;
    close(listen_at(path, SOCK_SEQPACKET)); /* the file stays: so it is after a crash */
    assert_int_equal(access(path, F_OK), 0);
    close(listen_at(path, SOCK_STREAM)); /* by another type too */
    close(listen_at(path, SOCK_SEQPACKET));
}

static void test_live_is_kept(void **state)
{
    struct err err;
    char us[32];
    (void)state;
    int fd = listen_at(path, SOCK_SEQPACKET);
    snprintf(us, sizeof us, "process %d (test_unixsock)", (int)getpid());
    assert_listen_fails(path, us);
    assert_int_equal(unixsock_listen(path, SOCK_STREAM, 0660, &err), -1);
    int client = unixsock_connect(path, SOCK_SEQPACKET, &err);
    assert_true(client >= 0); /* it still works */
    close(client);
    close(fd);
}

/* The live one does not accept, and its queue is full. */
static void test_busy_is_kept(void **state)
{
    int clients[256], count = 0;
    struct err err;
    (void)state;
    int fd = listen_at(path, SOCK_SEQPACKET);
    while (count < 256 && (clients[count] = unixsock_connect(path, SOCK_SEQPACKET, &err)) >= 0)
        count++;
    assert_in_range(count, 1, 255);
    assert_listen_fails(path, "another process listens there");
    while (count)
        close(clients[--count]);
    close(fd);
}

static void test_what_is_no_socket_is_kept(void **state)
{
    (void)state;
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_listen_fails(path, "is not a socket");
    assert_int_equal(access(path, F_OK), 0);
}

static void test_bad_paths(void **state)
{
    char long_path[200] = "/tmp/";
    (void)state;
    assert_listen_fails("", "is empty");
    memset(long_path + 5, 'x', 103); /* 108 in all: one too many */
    assert_listen_fails(long_path, "at most 107 bytes, this has 108");
    assert_listen_fails("/nonexistent/sock", "No such file or directory");
}

static void test_relative_path(void **state)
{
    char before[4096];
    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    int fd = listen_at("sock", SOCK_STREAM);
    assert_int_equal(access(path, F_OK), 0);
    close(fd);
    assert_int_equal(chdir(before), 0);
}

static void *try_to_listen(void *out)
{
    *(int *)out = unixsock_listen(path, SOCK_STREAM, 0660, NULL);
    return NULL;
}

/* Of two that start at once over a stale file, one gets it, and nobody takes it away. */
static void test_race(void **state)
{
    (void)state;
    for (int round = 0; round < 100; round++) {
        int fds[2];
        pthread_t other;
        close(listen_at(path, SOCK_STREAM));
        assert_int_equal(pthread_create(&other, NULL, try_to_listen, &fds[0]), 0);
        try_to_listen(&fds[1]);
        pthread_join(other, NULL);
        assert_true((fds[0] < 0) != (fds[1] < 0));
        int client = unixsock_connect(path, SOCK_STREAM, NULL);
        assert_true(client >= 0);
        close(client);
        close(fds[0] < 0 ? fds[1] : fds[0]);
    }
}

struct starter {
    atomic_bool done;
    int fd;
};

static void *start_late(void *arg)
{
    struct starter *starter = arg;
    starter->fd = unixsock_listen(path, SOCK_STREAM, 0660, NULL);
    atomic_store(&starter->done, true);
    return NULL;
}

/* Another starter has bound the path, holds the folder's lock, and does not listen yet: it is
 * waited for, and its socket is not taken for a stale one. */
static void test_starter_that_is_slow(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct starter late = { .fd = -1 };
    pthread_t thread;
    (void)state;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), lock = open(folder, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(pthread_create(&thread, NULL, start_late, &late), 0);
    for (int i = 0; i < 20 && !atomic_load(&late.done); i++)
        usleep(1000); /* a chance to do wrong */
    assert_int_equal(listen(fd, 1), 0);
    close(lock);
    pthread_join(thread, NULL);
    assert_int_equal(late.fd, -1);
    close(fd);
}

static void test_connect_to_nobody(void **state)
{
    struct err err = { "" };
    (void)state;
    assert_int_equal(unixsock_connect(path, SOCK_STREAM, &err), -1);
    assert_int_equal(errno, ENOENT);
    close(listen_at(path, SOCK_STREAM));
    assert_int_equal(unixsock_connect(path, SOCK_STREAM, &err), -1);
    assert_int_equal(errno, ECONNREFUSED);
    assert_non_null(strstr(err.msg, path));
}

static void test_peer(void **state)
{
    struct pair p = pair_open(SOCK_SEQPACKET);
    struct unixsock_peer peer;
    struct err err;
    (void)state;
    assert_int_equal(unixsock_peer(p.server, &peer, &err), 0);
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(peer.uid, getuid());
    assert_int_equal(peer.gid, getgid());
    assert_int_equal(unixsock_peer(-1, &peer, &err), -1);
    pair_close(&p);
}

static void test_messages(void **state)
{
    struct pair p = pair_open(SOCK_SEQPACKET);
    char data[16];
    int passed;
    (void)state;
    assert_int_equal(unixsock_recv(p.server, data, sizeof data, &passed), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(unixsock_send(p.client, "one", 3, -1), 3);
    assert_int_equal(unixsock_send(p.client, "three", 5, -1), 5);
    assert_int_equal(unixsock_recv(p.server, data, sizeof data, &passed), 3);
    assert_int_equal(passed, -1);
    assert_memory_equal(data, "one", 3);
    assert_int_equal(unixsock_recv(p.server, data, 4, &passed), -1);
    assert_int_equal(errno, EMSGSIZE);
    close(p.client);
    assert_int_equal(unixsock_recv(p.server, data, sizeof data, &passed), 0);
    assert_int_equal(unixsock_send(p.server, "x", 1, -1), -1); /* and no SIGPIPE */
    assert_int_equal(errno, EPIPE);
    p.client = -1;
    pair_close(&p);
}

static void test_sending_never_blocks(void **state)
{
    struct pair p = pair_open(SOCK_SEQPACKET);
    static char data[4096];
    int sent = 0;
    (void)state;
    while (sent < 100000 && unixsock_send(p.client, data, sizeof data, -1) > 0)
        sent++;
    assert_in_range(sent, 1, 99999);
    assert_int_equal(errno, EAGAIN);
    pair_close(&p);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void test_passed_descriptor(void **state)
{
    struct pair p = pair_open(SOCK_SEQPACKET);
    int ends[2], passed = -1;
    char data[16], through[4];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(unixsock_send(p.client, "fd", 2, ends[1]), 2);
    assert_int_equal(unixsock_recv(p.server, data, sizeof data, &passed), 2);
    assert_true(passed >= 0 && passed != ends[1]);
    assert_int_equal(fcntl(passed, F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(passed, "hey", 4), 4);
    assert_int_equal(read(ends[0], through, 4), 4);
    assert_string_equal(through, "hey");
    close(passed);

    int before = open_descriptors(); /* a cut message leaves none behind */
    assert_int_equal(unixsock_send(p.client, "too long", 8, ends[1]), 8);
    assert_int_equal(unixsock_recv(p.server, data, 2, &passed), -1);
    assert_int_equal(errno, EMSGSIZE);
    assert_int_equal(passed, -1);
    assert_int_equal(open_descriptors(), before);
    close(ends[0]);
    close(ends[1]);
    pair_close(&p);
}

/* Sends one byte with `count` descriptors. */
static void send_many(int fd, const int *fds, size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control = { .bytes = { 0 } };
    struct iovec iov = { (char[]){ 'x' }, 1 };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = &control,
                          .msg_controllen = CMSG_SPACE(count * sizeof *fds) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(count * sizeof *fds);
    memcpy(CMSG_DATA(c), fds, count * sizeof *fds);
    assert_int_equal(sendmsg(fd, &msg, 0), 1);
}

/* A peer that passes more than one does not fill our table of descriptors. */
static void test_surplus_descriptors_are_closed(void **state)
{
    struct pair p = pair_open(SOCK_SEQPACKET);
    const int many[] = { 0, 1, 2, p.client, 0, 1, 2 };
    char data[4];
    (void)state;
    for (size_t count = 2; count <= 7; count++) {
        int passed, before = open_descriptors();
        send_many(p.client, many, count);
        assert_int_equal(unixsock_recv(p.server, data, sizeof data, &passed), 1);
        assert_true(passed >= 0);
        assert_int_equal(open_descriptors(), before + 1);
        close(passed);
    }
    pair_close(&p);
}

int main(void)
{
#define WITH_SOCKET(test) cmocka_unit_test_teardown(test, remove_socket)
    const struct CMUnitTest tests[] = {
        WITH_SOCKET(test_mode),
        WITH_SOCKET(test_stale_is_replaced),
        WITH_SOCKET(test_live_is_kept),
        WITH_SOCKET(test_busy_is_kept),
        WITH_SOCKET(test_what_is_no_socket_is_kept),
        WITH_SOCKET(test_bad_paths),
        WITH_SOCKET(test_relative_path),
        WITH_SOCKET(test_race),
        WITH_SOCKET(test_starter_that_is_slow),
        WITH_SOCKET(test_connect_to_nobody),
        WITH_SOCKET(test_peer),
        WITH_SOCKET(test_messages),
        WITH_SOCKET(test_sending_never_blocks),
        WITH_SOCKET(test_passed_descriptor),
        WITH_SOCKET(test_surplus_descriptors_are_closed),
    };
    return cmocka_run_group_tests_name("unixsock", tests, make_folder, remove_folder);
}
