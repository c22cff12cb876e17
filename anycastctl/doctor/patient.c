/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patient.c - gathers what there is to know. Knows whom to ask for what; judges nothing. */
#include "anycastctl/doctor/patient.h"

#include "anycastctl/doctor/finding.h"
#include "bird/names.h"
#include "common/ctl.h"
#include "common/mem.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_LIMIT_MS = 3000, FAMILIES_MAX = SERVICES_MAX * FAMILY_COUNT };

/* --- settings ------------------------------------------------------------------------------ */

static void add_family(struct patient *patient, const struct service *service, int f)
{
    const struct service_family *family = &service->family[f];
    for (unsigned i = 0; family->enabled && i < family->prefix_count; i++) {
        struct patient_prefix *prefix = &patient->prefix[patient->prefix_count++];
        *prefix = (struct patient_prefix){ .service = service->name, .prefix = family->prefix[i] };
        prefix_text(&prefix->prefix, prefix->text);
    }
    for (unsigned i = 0; family->enabled && i < family->address_count; i++) {
        struct patient_address *address = &patient->address[patient->address_count++];
        *address = (struct patient_address){ .service = service->name, .addr = family->address[i] };
        addr_text_host(&address->addr, address->text);
    }
}

static void gather_settings(struct patient *patient, const struct patient_options *options)
{
    char *path = mem_printf("%s%s", options->root, options->config);
    struct settings *settings = mem_zalloc(sizeof *settings);
    if (settings_read(path, settings, &patient->settings_problem) == 0)
        patient->settings = settings;
    else
        free(settings);
    free(path);
    patient->prefix = mem_calloc((size_t)FAMILIES_MAX * SERVICE_PREFIXES_MAX,
                                 sizeof *patient->prefix);
    patient->address = mem_calloc((size_t)FAMILIES_MAX * SERVICE_ADDRESSES_MAX,
                                  sizeof *patient->address);
    for (unsigned i = 0; patient->settings && i < patient->settings->service_count; i++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            add_family(patient, &patient->settings->service[i], f);
}

/* --- daemons ------------------------------------------------------------------------------- */

/* `socket` is where the daemon `name` is to be asked `command`. */
static json_t *ask_daemon(const struct patient *patient, const char *name, const char *socket,
                          const char *command, struct err *err)
{
    if (!host_is_recorded(&patient->host))
        return ctl_call(name, socket, json_pack("{s:s}", "cmd", command), ASK_LIMIT_MS, err);
    char *recorded = mem_printf("%s %s", name, command);
    char *text = host_recorded(&patient->host, recorded, err);
    json_t *reply = text ? json_loads(text, 0, NULL) : NULL;
    free(recorded);
    free(text);
    return reply;
}

static void gather_daemons(struct patient *patient, const struct patient_options *options)
{
    patient->anycastd = ask_daemon(patient, "anycastd", options->anycastd, "status",
                                   &patient->anycastd_problem);
    patient->dnsd = ask_daemon(patient, "dnsd", options->dnsd, "status", &patient->dnsd_problem);
    if (patient->dnsd)
        patient->zones = ask_daemon(patient, "dnsd", options->dnsd, "zones",
                                    &patient->dnsd_problem);
}

/* --- BIRD ---------------------------------------------------------------------------------- */

static const struct bird_reply *recorded_reply(const struct patient *patient, const char *command,
                                               struct err *err)
{
    const struct bird_reply *reply = NULL;
    char *name = mem_printf("bird %s", command);
    char *text = host_recorded(&patient->host, name, err);
    free(name);
    if (!text)
        return NULL;
    bird_parser_reset(patient->replies);
    const size_t len = strlen(text);
    const size_t used = bird_parser_feed(patient->replies, text, len, &reply);
    if (!reply && used == len)
        bird_parser_feed(patient->replies, "\n", 1, &reply); /* host_read took it */
    free(text);
    if (!reply)
        err_set(err, "BIRD did not answer");
    return reply;
}

const struct bird_reply *patient_ask_bird(const struct patient *patient, const char *command,
                                          struct err *err)
{
    if (host_is_recorded(&patient->host))
        return recorded_reply(patient, command, err);
    if (patient->ask)
        return bird_ask(patient->ask, command, err);
    *err = patient->bird_problem;
    return NULL;
}

static void connect_bird(struct patient *patient)
{
    static const char usual[] = "/run/bird/bird.ctl"; /* where Debian's package has it */
    const char *path = patient->settings ? patient->settings->bird.socket : usual;
    struct err ignored;
    errno = 0;
    patient->ask = bird_ask_open(path, ASK_LIMIT_MS, &patient->bird_problem);
    patient->bird_denied = !patient->ask && errno == EACCES;
    if (patient->ask)
        bird_ask(patient->ask, "restrict", &ignored);
}

static void gather_bird(struct patient *patient)
{
    const struct bird_reply *reply;
    patient->replies = bird_parser_new();
    if (!host_is_recorded(&patient->host))
        connect_bird(patient);
    reply = patient_ask_bird(patient, BIRD_COMMAND_STATUS, &patient->bird_problem);
    if (!reply || bird_show_status(reply, &patient->bird, &patient->bird_problem))
        return;
    reply = patient_ask_bird(patient, "show protocols all", &patient->bird_problem);
    if (!reply)
        return;
    patient->bird_answers = true;
    patient->detail = mem_calloc(reply->count + 1, sizeof *patient->detail);
    for (size_t row = 0; bird_show_detail(reply, &row, &patient->detail[patient->detail_count]);)
        patient->detail_count++;
}

/* What follows -c on the command line of the running BIRD. New memory, or NULL. */
static char *running_conf(const struct host *host)
{
    pid_t pids[HOST_PROCESSES_MAX];
    char path[64], *found = NULL;
    if (host_find(host, "bird", pids) == 0)
        return NULL;
    snprintf(path, sizeof path, "%s/proc/%d/cmdline", host->root, (int)pids[0]);
    FILE *file = fopen(path, "re");
    size_t cap = 0;
    char *word = NULL;
    bool is_next = false;
    while (file && !found && getdelim(&word, &cap, '\0', file) > 0) {
        if (is_next || (strncmp(word, "-c", 2) == 0 && word[2]))
            found = mem_strdup(is_next ? word : word + 2);
        is_next = strcmp(word, "-c") == 0;
    }
    free(word);
    if (file)
        fclose(file);
    if (found && found[0] != '/') {
        free(found);
        found = NULL;
    }
    return found;
}

static char *find_conf(const struct patient *patient, const struct patient_options *options)
{
    static const char *const usual[] = { "/etc/bird/bird.conf", "/etc/bird.conf",
                                         "/usr/local/etc/bird.conf" };
    struct stat status;
    if (options->bird_conf)
        return mem_strdup(options->bird_conf);
    char *running = running_conf(&patient->host);
    if (running)
        return running;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (host_stat(&patient->host, usual[i], &status) == 0)
            return mem_strdup(usual[i]);
    return mem_strdup(usual[0]);
}

/* --- all of it ----------------------------------------------------------------------------- */

struct patient *patient_new(const struct patient_options *options)
{
    static const char *const addresses[] = { "ip", "-j", "address", NULL };
    struct patient *patient = mem_zalloc(sizeof *patient);
    patient->host.root = options->root;
    gather_settings(patient, options);
    gather_daemons(patient, options);
    gather_bird(patient);
    patient->bird_conf = find_conf(patient, options);
    patient->conf = bird_conftext_read(options->root, patient->bird_conf, &patient->conf_problem);
    patient->links = host_run_json(&patient->host, addresses, &patient->links_problem);
    return patient;
}

void patient_free(struct patient *patient)
{
    if (patient->settings)
        settings_free(patient->settings);
    free(patient->settings);
    free(patient->prefix);
    free(patient->address);
    json_decref(patient->anycastd);
    json_decref(patient->dnsd);
    json_decref(patient->zones);
    json_decref(patient->links);
    bird_ask_close(patient->ask);
    bird_parser_free(patient->replies);
    bird_conftext_free(patient->conf);
    free(patient->detail);
    free(patient->bird_conf);
    free(patient);
}

const char *patient_lacks(const struct patient *patient, unsigned needs)
{
    pid_t pids[HOST_PROCESSES_MAX];
    if ((needs & NEEDS_SETTINGS) && !patient->settings)
        return "anycastd.conf cannot be read";
    if ((needs & NEEDS_ANYCASTD) && !patient->anycastd)
        return "anycastd does not answer";
    if ((needs & NEEDS_DNSD) && !patient->zones)
        return "dnsd does not answer";
    if ((needs & NEEDS_BIRD) && !patient->bird_answers)
        return "BIRD does not answer";
    if ((needs & NEEDS_BIRD_CONF) && !patient->conf)
        return patient->conf_problem.msg;
    if ((needs & NEEDS_ADDRESSES) && !patient->links)
        return patient->links_problem.msg;
    if ((needs & NEEDS_DNSD_PROCESS) && host_find(&patient->host, "dnsd", pids) == 0)
        return "dnsd does not run";
    return NULL;
}

bool patient_is_fleet(const struct bird_detail *detail)
{
    return strncmp(detail->proto.name, "fleet", strlen("fleet")) == 0;
}

bool patient_uses_family(const struct patient *patient, int family)
{
    for (unsigned i = 0; i < patient->prefix_count; i++)
        if (addr_family(&patient->prefix[i].prefix.base) == family)
            return true;
    return false;
}

bool patient_anycastd_uid(const struct patient *patient, int64_t *uid)
{
    pid_t pids[HOST_PROCESSES_MAX];
    if (host_find(&patient->host, "anycastd", pids) > 0)
        return host_status_number(&patient->host, pids[0], "Uid", uid) == 0;
    if (host_is_recorded(&patient->host))
        return false;
    const bool named = patient->settings && patient->settings->user[0];
    char *name = mem_strdup(named ? patient->settings->user : "proxima");
    name[strcspn(name, ":")] = '\0';
    const struct passwd *user = getpwnam(name);
    free(name);
    if (user)
        *uid = user->pw_uid;
    return user != NULL;
}
