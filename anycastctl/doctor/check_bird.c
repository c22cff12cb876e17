/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_bird.c - BIRD itself: reachable, of a version whose traps are known, with the protocols
 * that anycastd drives. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"
#include "bird/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCAN_DEFAULT_S = 60,  /* BIRD's */
    SCAN_FULL_S = 20,     /* for a full table, on BIRD 3 */
    FULL_ROUTES = 100000, /* a tenth of a second to read back */
};

static void look_answers(const struct patient *patient, struct findings *findings)
{
    if (patient->bird_denied)
        finding_unseen(findings, "%s", patient->bird_problem.msg);
    else if (!patient->bird_answers)
        finding(findings, DOCTOR_WRONG, "%s", patient->bird_problem.msg);
}

/* --- versions ------------------------------------------------------------------------------ */

/* A version as one number: 2.0.12 is 20012. */
static int version_number(const char *text)
{
    int part[3] = { 0 };
    sscanf(text, "%d.%d.%d", &part[0], &part[1], &part[2]);
    return part[0] * 10000 + part[1] * 100 + part[2];
}

/* All seen on live daemons, but for what release notes say. */
static const struct trap {
    int from, below;
    enum doctor_grade grade;
    const char *what, *fix;
} traps[] = {
    { 0, 20000, DOCTOR_WRONG, "has a syntax and a socket of its own",
      "install BIRD 2.0.12 or later" },
    { 20000, 20012, DOCTOR_RISKY,
      "is older than any that this was tried with (roles came in 2.0.11)",
      "install BIRD 2.0.12 or later" },
    { 20012, 21600, DOCTOR_NOTE,
      "has no send hold time (RFC 9687): a neighbour that reads nothing is kept for ever; and no "
      "restricted second socket, so everybody in BIRD's group may withdraw",
      "install 2.16 or later, from your distribution's backports; until then keep BIRD's group "
      "small" },
    { 30000, 40000, DOCTOR_NOTE,
      "aborts on a configure while another one runs (seen on 3.2 and 3.3.2)",
      "look at birdc configure status first, or use anycastctl bird-config --apply, which does" },
};

static void look_version(const struct patient *patient, struct findings *findings)
{
    const int version = version_number(patient->bird.version);
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) {
        if (version < traps[i].from || version >= traps[i].below)
            continue;
        finding(findings, traps[i].grade, "BIRD %s %s", patient->bird.version, traps[i].what);
        finding_fix(findings, "%s", traps[i].fix);
    }
}

static const struct bird_detail *find_protocol(const struct patient *patient, const char *name)
{
    for (size_t i = 0; i < patient->detail_count; i++)
        if (strcmp(patient->detail[i].proto.name, name) == 0)
            return &patient->detail[i];
    return NULL;
}

/* How many routes a kernel protocol has to read back. */
static int64_t count_routes(const struct patient *patient, const char *name)
{
    const struct bird_detail *detail = find_protocol(patient, name);
    return detail && detail->channel_count ? detail->channel[0].exported : 0;
}

/* Often where little is read back, seldom where much is. */
static void look_scan(const struct patient *patient, struct findings *findings)
{
    size_t at = 0;
    const bool is_3 = version_number(patient->bird.version) >= 30000;
    for (const char *name; (name = bird_conftext_next(patient->conf, "protocol kernel", &at));) {
        const char *text = bird_conftext_find(patient->conf, name, "scan time");
        const int64_t routes = count_routes(patient, name);
        const bool is_full = routes > FULL_ROUTES;
        const int scan_s = text ? atoi(text + strlen("scan time ")) : SCAN_DEFAULT_S;
        if (is_full && scan_s < SCAN_FULL_S)
            finding(findings, DOCTOR_RISKY,
                    "protocol kernel %s has %s, with %" PRId64
                    " routes: BIRD does little else than "
                    "reading them back, and obeys late",
                    name, text, routes);
        else if (is_3 && scan_s > (is_full ? SCAN_FULL_S : 1))
            finding(findings, DOCTOR_RISKY, "protocol kernel %s has %s", name,
                    text ? text : "no scan time of its own (60 s)");
    }
}

/* --- what anycastd drives ------------------------------------------------------------------ */

static void look_level(const struct patient *patient, const char *service, int family,
                       enum level level, struct findings *findings)
{
    char text[BIRD_NAME_MAX];
    struct bird_name name = { .family = family, .level = level };
    snprintf(name.service, sizeof name.service, "%s", service);
    bird_name_text(&name, text);
    const struct bird_detail *detail = find_protocol(patient, text);
    if (!detail)
        finding(findings, DOCTOR_WRONG, "BIRD has no protocol %s", text);
    else if (strcmp(detail->proto.type, "Static") != 0)
        finding(findings, DOCTOR_WRONG, "%s is a protocol of type %s", text, detail->proto.type);
    else if (patient->conf && !bird_conftext_find(patient->conf, text, "disabled"))
        finding(findings, DOCTOR_WRONG,
                "%s is not disabled in %s: a BIRD that starts announces by itself", text,
                patient->bird_conf);
}

static bool is_same_family(const struct patient_prefix *a, const struct patient_prefix *b)
{
    return strcmp(a->service, b->service) == 0 &&
           addr_family(&a->prefix.base) == addr_family(&b->prefix.base);
}

static void look_levels(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->prefix_count; i++) {
        const struct patient_prefix *prefix = &patient->prefix[i];
        if (i > 0 && is_same_family(&prefix[-1], prefix))
            continue; /* they share their protocols */
        for (int level = LEVEL_WITHDRAWN + 1; level < LEVEL_COUNT; level++)
            look_level(patient, prefix->service, addr_family(&prefix->prefix.base),
                       (enum level)level, findings);
    }
}

/* --- the intent --------------------------------------------------------------------------------
 */

/* The folder of an include such as "/run/[p]roxima/intent/svc_dns_4_normal.conf", without the
 * brackets that make it a pattern. False: it is none. */
static bool included_folder(const char *statement, char folder[256])
{
    const char *from = strchr(statement, '"'), *end = strrchr(statement, '/');
    size_t used = 0;
    if (!from || !end || end < from)
        return false;
    for (const char *at = from + 1; at < end && used + 1 < 256; at++)
        if (*at != '[' && *at != ']')
            folder[used++] = *at;
    folder[used] = '\0';
    return true;
}

static void look_intent_of(const struct patient *patient, const char *protocol,
                           struct findings *findings)
{
    char folder[256];
    const char *wanted = patient->settings->bird.intent_dir;
    const char *statement = bird_conftext_find(patient->conf, protocol, "include");
    if (!statement || !included_folder(statement, folder)) {
        finding(findings, DOCTOR_WRONG, "%s includes no file of %s", protocol, wanted);
    } else if (strcmp(folder, wanted) != 0) {
        finding(findings, DOCTOR_WRONG, "%s includes a file of %s, anycastd writes to %s", protocol,
                folder, wanted);
    } else if (!strpbrk(statement, "[*?")) {
        finding(findings, DOCTOR_RISKY,
                "%s includes its file by a path that is no pattern: BIRD "
                "does not start without it",
                protocol);
    }
}

static void look_intent(const struct patient *patient, struct findings *findings)
{
    size_t at = 0;
    struct bird_name name;
    for (const char *protocol;
         (protocol = bird_conftext_next(patient->conf, "protocol static", &at));)
        if (bird_name_parse(protocol, &name) == 0)
            look_intent_of(patient, protocol, findings);
}

/* A drop-in of ours clears the intent before BIRD starts. Only where systemd runs the machine. */
static void look_unit(const struct patient *patient, struct findings *findings)
{
    static const char *const folders[] = { "/etc/systemd/system", "/usr/lib/systemd/system",
                                           "/lib/systemd/system", "/usr/local/lib/systemd/system" };
    struct stat status;
    if (host_stat(&patient->host, "/run/systemd/system", &status))
        return;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/bird.service.d/proxima.conf", folders[i]);
        if (host_stat(&patient->host, path, &status) == 0)
            return;
    }
    finding(findings, DOCTOR_RISKY, "bird.service has no drop-in of Proxima's");
}

const struct doctor_check doctor_bird_checks[] = {
    { "bird", "BIRD answers on its control socket", "Announcing and withdrawing is done there.",
      "systemctl enable --now bird; bird.socket in anycastd.conf must be its path (bird -s)",
      NEEDS_NOTHING, look_answers },
    { "bird-version", "BIRD is of a version without traps", "Each trap was met on a live daemon.",
      "install a newer BIRD", NEEDS_BIRD, look_version },
    { "bird-scan", "BIRD reads the kernel's routes back as often as it should",
      "3.3.2 keeps the second of two changes out of the kernel until the next scan, if the first "
      "was within one. But a million routes take BIRD a second to read, in which it does nothing "
      "else.",
      "scan time 1;  in protocol kernel, or 20 with a full table; anycastctl bird-config writes it",
      NEEDS_BIRD | NEEDS_BIRD_CONF, look_scan },
    { "bird-levels", "BIRD has a disabled static protocol for each level of each service",
      "anycastd enables them; what it finds missing it cannot announce, and what is not disabled "
      "announces itself.",
      "anycastctl bird-config --apply writes them", NEEDS_SETTINGS | NEEDS_BIRD, look_levels },
    { "bird-intent", "BIRD's configuration includes what anycastd leaves for it",
      "Any birdc configure puts a protocol back to what the file says: without the include that "
      "withdraws, or announces again what was withdrawn.",
      "include \"/run/[p]roxima/intent/NAME.conf\";  behind disabled yes;  in each protocol svc_…; "
      "bird.intent_dir in anycastd.conf must be that folder",
      NEEDS_SETTINGS | NEEDS_BIRD_CONF, look_intent },
    { "bird-unit", "A BIRD that is started again forgets what the last one announced",
      "Else it announces for a dnsd that may be dead, until anycastd looks.",
      "cp configs/systemd/bird.service.d/proxima.conf /etc/systemd/system/bird.service.d/; "
      "systemctl daemon-reload",
      NEEDS_NOTHING, look_unit },
    { 0 },
};
