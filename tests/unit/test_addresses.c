/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_addresses.c - a service address comes and goes in a network of the test's own. */
#include "anycastctl/sense/addresses.h"

#include "tests/unit/await.h"

#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct ev_loop *loop;
static struct settings settings;
static unsigned changes;

/* An ioctl about an interface; "lo:1" is lo's second address. */
static void configure(const char *name, unsigned long what, struct ifreq request)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    strcpy(request.ifr_name, name);
    assert_int_equal(ioctl(fd, what, &request), 0);
    close(fd);
}

static void set_up(const char *name, bool up)
{
    configure(name, SIOCSIFFLAGS, (struct ifreq){ .ifr_flags = up ? IFF_UP | IFF_RUNNING : 0 });
}

static void add_address(const struct addr *addr)
{
    struct ifreq request = { 0 };
    memcpy(&request.ifr_addr, &addr->in4, sizeof request.ifr_addr);
    configure("lo:1", SIOCSIFADDR, request);
}

static void on_changed(void *arg)
{
    (void)arg;
    changes++;
}

static void await_change(unsigned count)
{
    AWAIT_ON(loop, changes >= count, "%u changes", changes);
}

static void changes_are_noticed_at_once(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        skip(); /* neither root nor user namespaces */
    struct service_family *family = &settings.service[0].family[FAMILY_4];
    settings.service_count = 1;
    family->enabled = true;
    family->address_count = 1;
    assert_int_equal(addr_parse("192.0.2.53", 53, &family->address[0], NULL), 0);
    set_up("lo", true);
    loop = ev_loop_new(EVFLAG_AUTO);
    struct addresses *addresses = addresses_new(loop, &settings, on_changed, NULL);
    assert_ptr_equal(addresses_absent(addresses, 0, FAMILY_4), &family->address[0]);
    assert_null(addresses_absent(addresses, 0, FAMILY_6));
    assert_int_equal(addresses_finding(addresses).state, HOST_BAD);
    assert_string_equal(addresses_finding(addresses).detail, "not on this host: 192.0.2.53");

    ev_run(loop, EVRUN_NOWAIT);
    add_address(&family->address[0]);
    ev_run(loop, EVRUN_NOWAIT); /* the notice is there already */
    assert_int_equal(changes, 1);
    assert_null(addresses_absent(addresses, 0, FAMILY_4));
    assert_int_equal(addresses_finding(addresses).state, HOST_GOOD);
    set_up("lo:1", false); /* which takes it away */
    await_change(2);
    assert_non_null(addresses_absent(addresses, 0, FAMILY_4));
    addresses_free(addresses);
    ev_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(changes_are_noticed_at_once) };
    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
