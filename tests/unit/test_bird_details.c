/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_details.c - what is read of `show protocols all`, of BIRD 2.0.12 and 3.3.2. */
#include "bird/details.h"

#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* As 3.3.2 has them; 2.0.12 prints the same lines, but for the numbers of columns. */
static const char recorded[] =
    "2002-Name       Proto      Table      State  Since         Info\n"
    "1002-device1    Device     ---        up     2026-11-23 04:06:56.261677  \n"
    "1006-  Created:            2026-11-23 04:01:11.345584\n"
    " \n"
    "1002-up_t1_v4   BGP        ---        up     2026-11-23 04:06:56.261677  Established   \n"
    "1006-  Created:            2026-11-23 04:01:11.345584\n"
    "   BGP state:          Established\n"
    "     Neighbor address: 198.51.100.5\n"
    "     Neighbor AS:      64501\n"
    "     Local AS:         64500\n"
    "     Neighbor ID:      10.0.0.11\n"
    "     Local capabilities\n"
    "       Multiprotocol\n"
    "         AF announced: ipv4 ipv6\n"
    "       4-octet AS numbers\n"
    "       Role: customer\n"
    "     Neighbor capabilities\n"
    "       Graceful restart\n"
    "         Restart time: 120\n"
    "       Role: provider\n"
    "     Session:          external AS4\n"
    "     Source address:   198.51.100.6\n"
    "     Hold timer:       7.389/9\n"
    "   Channel ipv4\n"
    "     State:          UP\n"
    "     Table:          master4\n"
    "     Input filter:   from_provider4\n"
    "     Output filter:  to_provider4\n"
    "     Import limit:   1000\n"
    "       Action:       block\n"
    "     Export limit:   2\n"
    "       Action:       restart\n"
    "     Routes:         9 imported, 1 exported, 8 preferred\n"
    "   Channel ipv6\n"
    "     Table:          master6\n"
    "     Input filter:   REJECT\n"
    "     Output filter:  REJECT\n"
    " \n"
    "1002-rpki1      RPKI       ---        up     2026-11-23 04:06:56.261677  Established\n"
    "1006-  Channel roa4\n"
    "     Table:          rpki4\n"
    "0000 \n";

static void test_a_session(void **state)
{
    (void)state;
    size_t row = 0;
    struct bird_detail detail;
    const struct bird_reply *reply = reply_of(recorded);
    assert_true(bird_show_detail(reply, &row, &detail));
    assert_string_equal(detail.proto.name, "device1");
    assert_int_equal(detail.channel_count, 0);

    assert_true(bird_show_detail(reply, &row, &detail));
    assert_string_equal(detail.proto.name, "up_t1_v4");
    assert_int_equal(detail.proto.state, BIRD_PROTO_UP);
    assert_string_equal(detail.neighbour, "198.51.100.5");
    assert_int_equal(detail.neighbour_as, 64501);
    assert_int_equal(detail.local_as, 64500);
    assert_int_equal(detail.hold_s, 9);
    assert_string_equal(detail.role, "customer"); /* ours, not the neighbour's */
    assert_false(detail.keeps_after_restart);     /* likewise */
    assert_int_equal(detail.channel_count, 2);
    assert_string_equal(detail.channel[0].name, "ipv4");
    assert_string_equal(detail.channel[0].table, "master4");
    assert_string_equal(detail.channel[0].input, "from_provider4");
    assert_int_equal(detail.channel[0].import.routes, 1000);
    assert_string_equal(detail.channel[0].import.action, "block");
    assert_int_equal(detail.channel[0].export.routes, 2);
    assert_string_equal(detail.channel[0].export.action, "restart");
    assert_string_equal(detail.channel[1].output, "REJECT");
    assert_int_equal(detail.channel[1].import.routes, -1);
    assert_int_equal(detail.channel[1].export.routes, -1);

    assert_true(bird_show_detail(reply, &row, &detail));
    assert_string_equal(detail.proto.type, "RPKI");
    assert_string_equal(detail.channel[0].name, "roa4");
    assert_string_equal(detail.channel[0].table, "rpki4");
    assert_false(bird_show_detail(reply, &row, &detail));
}

/* More channels than are kept, and lines that belong to nothing. */
static void test_strange_replies(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0000 \n",
        "1006-  Channel ipv4\n0000 \n",
        "1002-a BGP --- up 10:00 \n1006-  Channel a\n   Channel b\n   Channel c\n   Channel d\n"
        "   Channel e\n     Table:          t5\n       Action:       block\n0000 \n",
        "1002-a BGP --- up 10:00 \n1006-       Action:       block\n     Hold timer:\n0000 \n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t row = 0, count = 0;
        struct bird_detail detail;
        const struct bird_reply *reply = reply_of(texts[i]);
        while (bird_show_detail(reply, &row, &detail)) {
            assert_true(detail.channel_count <= BIRD_CHANNELS_MAX);
            for (unsigned c = 0; c < detail.channel_count; c++)
                assert_string_not_equal(detail.channel[c].table, "t5"); /* not the fourth's */
            count++;
        }
        assert_int_equal(count, i >= 2);
    }
}

/* As 2.0.12 says it of a neighbour that sends more than it may, and is sent no more than two. */
static const char of_2_0_12[] =
    "2002-Name       Proto      Table      State  Since         Info\n"
    "1002-s4         Static     master4    up     15:15:57.969  \n"
    "1006-  Channel ipv4\n"
    "     State:          UP\n"
    "     Table:          master4\n"
    "     Preference:     210\n"
    "     Input filter:   ACCEPT\n"
    "     Output filter:  REJECT\n"
    "     Routes:         3 imported, 0 exported, 3 preferred\n"
    "     Route change stats:     received   rejected   filtered    ignored   accepted\n"
    "       Import updates:              3          0          0          0          3\n"
    "       Import withdraws:            0          0        ---          0          0\n"
    "       Export updates:              0          0          0        ---          0\n"
    "       Export withdraws:            0        ---        ---        ---          0\n"
    " \n"
    "1002-up         BGP        ---        up     15:15:58.810  Established   \n"
    "1006-  BGP state:          Established\n"
    "     Neighbor address: 127.0.0.3\n"
    "     Neighbor port:    20179\n"
    "     Neighbor AS:      64501\n"
    "     Local AS:         64500\n"
    "     Neighbor ID:      10.0.0.2\n"
    "     Local capabilities\n"
    "       Multiprotocol\n"
    "         AF announced: ipv4 ipv6\n"
    "       Route refresh\n"
    "       Graceful restart\n"
    "       4-octet AS numbers\n"
    "       Enhanced refresh\n"
    "       Long-lived graceful restart\n"
    "     Neighbor capabilities\n"
    "       Multiprotocol\n"
    "         AF announced: ipv4 ipv6\n"
    "       Route refresh\n"
    "       Graceful restart\n"
    "       4-octet AS numbers\n"
    "       Enhanced refresh\n"
    "       Long-lived graceful restart\n"
    "     Session:          external multihop AS4\n"
    "     Source address:   127.0.0.2\n"
    "     Hold timer:       213.150/240\n"
    "     Keepalive timer:  58.923/80\n"
    "   Channel ipv4\n"
    "     State:          UP\n"
    "     Table:          master4\n"
    "     Preference:     100\n"
    "     Input filter:   ACCEPT\n"
    "     Output filter:  (unnamed)\n"
    "     Receive limit:  3\n"
    "       Action:       block\n"
    "     Import limit:   2 [HIT]\n"
    "       Action:       block\n"
    "     Export limit:   2 [HIT]\n"
    "       Action:       block\n"
    "     Routes:         2 imported, 2 exported, 2 preferred\n"
    "     Route change stats:     received   rejected   filtered    ignored   accepted\n"
    "       Import updates:              5          0          0          3          2\n"
    "       Import withdraws:            0          0        ---          0          0\n"
    "       Export updates:              5          3          0        ---          2\n"
    "       Export withdraws:            0        ---        ---        ---          0\n"
    "     BGP Next hop:   127.0.0.2\n"
    "     IGP IPv4 table: master4\n"
    "   Channel ipv6\n"
    "     State:          UP\n"
    "     Table:          master6\n"
    "     Preference:     100\n"
    "     Input filter:   ACCEPT\n"
    "     Output filter:  (unnamed)\n"
    "     Import limit:   10\n"
    "       Action:       block\n"
    "     Routes:         2 imported, 2 exported, 2 preferred\n"
    "     Route change stats:     received   rejected   filtered    ignored   accepted\n"
    "       Import updates:              2          0          0          0          2\n"
    "       Import withdraws:            0          0        ---          0          0\n"
    "       Export updates:              4          2          0        ---          2\n"
    "       Export withdraws:            0        ---        ---        ---          0\n"
    "     BGP Next hop:   2001:db8::2\n"
    "     IGP IPv6 table: master6\n"
    " \n"
    "1002-idle1      BGP        ---        start  15:15:57.969  Active        Socket: Connection refused\n"
    "1006-  BGP state:          Active\n"
    "     Neighbor address: 127.0.0.4\n"
    "     Neighbor AS:      64501\n"
    "     Local AS:         64500\n"
    "     Connect delay:    0.776/5\n"
    "     Last error:       Socket: Connection refused\n"
    "   Channel ipv4\n"
    "     State:          DOWN\n"
    "     Table:          master4\n"
    "     Preference:     100\n"
    "     Input filter:   REJECT\n"
    "     Output filter:  REJECT\n"
    "     Import limit:   5\n"
    "       Action:       warn\n"
    "     IGP IPv4 table: master4\n"
    " \n"
    "0000 \n";

/* As 3.3.2 does. */
static const char of_3_3_2[] =
    "1002-up_t1_v4   BGP        ---        up     2026-11-23 04:06:56.261677  Established   \n"
    "1006-  Created:            2026-11-23 04:01:11.345584\n"
    "   BGP state:          Established\n"
    "     Session:          external AS4\n"
    "     Send hold timer:  15.316/18\n"
    "   Channel ipv4\n"
    "     State:          UP\n"
    "     Import state:   UP\n"
    "     Export state:   READY\n"
    "     Table:          master4\n"
    "     Output filter:  to_provider4\n"
    "     Import limit:   1000\n"
    "       Action:       block\n"
    "     Export limit:   2 [HIT]\n"
    "       Action:       warn\n"
    "     Routes:         9 imported, 3 filtered, 1 exported, 8 preferred\n"
    "     Route change stats:     received   rejected   filtered    ignored   RX limit      limit   accepted\n"
    "       Import updates:              9          0          0          0          0          0          9\n"
    "     BGP Next hop:   198.51.100.6\n"
    "     Pending 0 attribute sets with total 0 prefixes to send\n"
    "   Channel vpn4-mpls\n"
    "     State:          DOWN\n"
    " \n"
    "0000 \n";

static void test_limits_and_routes(void **state)
{
    (void)state;
    size_t row = 0;
    struct bird_detail detail;
    const struct bird_reply *reply = reply_of(of_2_0_12);
    assert_true(bird_show_detail(reply, &row, &detail));
    assert_int_equal(detail.channel[0].imported, 3);
    assert_int_equal(detail.channel[0].exported, 0);

    assert_true(bird_show_detail(reply, &row, &detail));
    const struct bird_channel *c = &detail.channel[0];
    assert_true(c->up);
    assert_int_equal(c->imported, 2);
    assert_int_equal(c->exported, 2);
    assert_int_equal(c->receive.routes, 3);
    assert_false(c->receive.hit);
    assert_int_equal(c->import.routes, 2);
    assert_true(c->import.hit);
    assert_string_equal(c->import.action, "block");
    assert_true(c->export.hit);
    assert_false(detail.channel[1].import.hit);

    assert_true(bird_show_detail(reply, &row, &detail)); /* the session that is down */
    assert_false(detail.channel[0].up);
    assert_int_equal(detail.channel[0].imported, -1);
    assert_int_equal(detail.channel[0].import.routes, 5);
    assert_string_equal(detail.channel[0].import.action, "warn");
    assert_false(bird_show_detail(reply, &row, &detail));
}

static void test_limits_of_bird_3(void **state)
{
    (void)state;
    size_t row = 0;
    struct bird_detail detail;
    const struct bird_reply *reply = reply_of(of_3_3_2);
    assert_true(bird_show_detail(reply, &row, &detail));
    assert_true(detail.channel[0].up);
    assert_int_equal(detail.channel[0].imported, 9);
    assert_int_equal(detail.channel[0].exported, 1);
    assert_false(detail.channel[0].import.hit);
    assert_true(detail.channel[0].export.hit);
    assert_string_equal(detail.channel[0].export.action, "warn");
    assert_string_equal(detail.channel[1].name, "vpn4-mpls");
    assert_false(detail.channel[1].up);
}

static void test_strange_numbers(void **state)
{
    (void)state;
    size_t row = 0;
    struct bird_detail detail;
    const struct bird_reply *reply = reply_of("1002-a BGP --- up 10:00\n"
                                              "1006-  Channel ipv4\n"
                                              "     Import limit:   many [HIT]\n"
                                              "     Routes:         imported, x exported\n"
                                              "     Routes:\n0000 \n");
    assert_true(bird_show_detail(reply, &row, &detail));
    assert_int_equal(detail.channel[0].import.routes, -1);
    assert_true(detail.channel[0].import.hit);
    assert_int_equal(detail.channel[0].imported, -1);
    assert_int_equal(detail.channel[0].exported, -1);
}

static void test_only_names_make_a_command(void **state)
{
    (void)state;
    char command[64];
    assert_string_equal(bird_command_details("up_t1", command, sizeof command),
                        "show protocols all up_t1");
    assert_null(bird_command_details("up; down", command, sizeof command));
    assert_null(bird_command_details("", command, sizeof command));
    assert_null(bird_command_details("up_t1", command, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session),         cmocka_unit_test(test_strange_replies),
        cmocka_unit_test(test_limits_and_routes), cmocka_unit_test(test_limits_of_bird_3),
        cmocka_unit_test(test_strange_numbers),   cmocka_unit_test(test_only_names_make_a_command),
    };
    return cmocka_run_group_tests_name("bird_details", tests, NULL, NULL);
}
