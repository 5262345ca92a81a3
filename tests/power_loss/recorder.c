/* Records what a process does to the files of one folder, and what it sends, in the order it
 * happens. Loaded by LD_PRELOAD; RECORD_FOLDER is the folder, RECORD_TO the file that events are
 * appended to. recording.py reads them.
 *
 * An event is: op (1 byte), length of the name (2), length of the data (4), offset (8), name, data;
 * numbers as this machine stores them. The ops:
 *   C create   W write at offset   T truncate to offset   S sync the file   D sync the folder
 *   U unlink   R rename to data    L link as data         N send data (no name)
 *
 * One lock is held over each act and its event, so the events stand in the order of the acts. The
 * -shm file is left out: SQLite makes it anew, and nothing in it has to survive.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096
#define LONGEST_NAME 256
#define REAL(function) \
    static __typeof__(function) *real; \
    if (!real) real = (__typeof__(function) *)dlsym(RTLD_NEXT, #function)

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static int to = -1;
/* The name of each open file of the folder; "." is the folder itself, "" none of ours. */
static char names[MOST_FILES][LONGEST_NAME];

static void lock(void) { pthread_mutex_lock(&order); }
static void unlock(void) { pthread_mutex_unlock(&order); }

__attribute__((constructor)) static void begin(void) {
    pthread_atfork(lock, unlock, unlock);
    const char *path = getenv("RECORD_TO");
    folder = getenv("RECORD_FOLDER");
    if (folder && path) {
        int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
        to = real_open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    }
}

static void record(char op, const char *name, int64_t offset, const void *data, uint32_t length) {
    ssize_t (*real_write)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    uint16_t name_length = (uint16_t)strlen(name);
    size_t size = 15 + name_length + length;
    char *event = malloc(size), *at = event;
    if (!event) abort();
    *at++ = op;
    memcpy(at, &name_length, 2), at += 2;
    memcpy(at, &length, 4), at += 4;
    memcpy(at, &offset, 8), at += 8;
    memcpy(at, name, name_length), at += name_length;
    if (length) memcpy(at, data, length);
    /* A recording with a gap would prove nothing. */
    if (real_write(to, event, size) != (ssize_t)size) abort();
    free(event);
}

/* Return the name of a path inside the folder, "." for the folder, NULL for any other. */
static const char *name_of(const char *path) {
    if (to < 0 || !path) return NULL;
    size_t length = strlen(folder);
    if (strncmp(path, folder, length)) return NULL;
    if (!path[length] || !strcmp(path + length, "/")) return ".";
    if (path[length] != '/' || strchr(path + length + 1, '/')) return NULL;
    size_t end = strlen(path);
    if (end > 4 && !strcmp(path + end - 4, "-shm")) return NULL;
    return end - length - 1 < LONGEST_NAME ? path + length + 1 : NULL;
}

static const char *name_at(int file) {
    return file >= 0 && file < MOST_FILES && names[file][0] ? names[file] : NULL;
}

static void opened(int file, const char *path, int flags, int was_there) {
    const char *name = name_of(path);
    if (file < 0 || file >= MOST_FILES) return;
    names[file][0] = 0;
    if (!name) return;
    strcpy(names[file], name);
    if ((flags & O_CREAT) && !was_there) record('C', name, 0, NULL, 0);
    if ((flags & O_TRUNC) && was_there) record('T', name, 0, NULL, 0);
}

#define OPEN(function, parameters, arguments) \
    int function parameters { \
        REAL(function); \
        va_list rest; \
        va_start(rest, flags); \
        int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, int) : 0; \
        va_end(rest); \
        lock(); \
        int was_there = access(path, F_OK) == 0; \
        int file = real arguments; \
        int problem = errno; \
        opened(file, path, flags, was_there); \
        unlock(); \
        errno = problem; \
        return file; \
    }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

int close(int file) {
    REAL(close);
    if (!name_at(file)) return real(file);
    lock();
    names[file][0] = 0;
    int result = real(file);
    int problem = errno;
    unlock();
    errno = problem;
    return result;
}

/* Act on an open file; if it is ours and the act succeeds, record the event. */
#define ON_FILE(type, act, event) \
    if (!name_at(file)) return act; \
    lock(); \
    type result = act; \
    int problem = errno; \
    if (result >= 0) event; \
    unlock(); \
    errno = problem; \
    return result;

#define PWRITE(function, offset_type) \
    ssize_t function(int file, const void *data, size_t length, offset_type offset) { \
        REAL(function); \
        ON_FILE(ssize_t, real(file, data, length, offset), \
                record('W', name_at(file), offset, data, (uint32_t)result)) \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(function, offset_type) \
    int function(int file, offset_type length) { \
        REAL(function); \
        ON_FILE(int, real(file, length), record('T', name_at(file), length, NULL, 0)) \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(function) \
    int function(int file) { \
        REAL(function); \
        ON_FILE(int, real(file), \
                record(strcmp(name_at(file), ".") ? 'S' : 'D', name_at(file), 0, NULL, 0)) \
    }
SYNC(fsync)
SYNC(fdatasync)

/* Act on names; record the event if the act succeeds and the first is ours. */
#define ON_NAME(act, event) \
    const char *name = name_of(path); \
    if (!name) return act; \
    lock(); \
    int result = act; \
    int problem = errno; \
    if (result == 0) event; \
    unlock(); \
    errno = problem; \
    return result;

int unlink(const char *path) {
    REAL(unlink);
    ON_NAME(real(path), record('U', name, 0, NULL, 0))
}

int unlinkat(int at, const char *path, int flags) {
    REAL(unlinkat);
    ON_NAME(real(at, path, flags), record('U', name, 0, NULL, 0))
}

static void renamed(const char *name, const char *path) {
    /* What comes from elsewhere or goes there would be a gap. */
    const char *other = name_of(path);
    if (!other) abort();
    record('R', name, 0, other, (uint32_t)strlen(other));
    for (int file = 0; file < MOST_FILES; file++)
        if (!strcmp(names[file], name)) strcpy(names[file], other);
}

int rename(const char *path, const char *other) {
    REAL(rename);
    ON_NAME(real(path, other), renamed(name, other))
}

int renameat(int at, const char *path, int at_other, const char *other) {
    REAL(renameat);
    ON_NAME(real(at, path, at_other, other), renamed(name, other))
}

static void linked(const char *name, const char *path) {
    const char *other = name_of(path);
    if (!other) abort();
    record('L', name, 0, other, (uint32_t)strlen(other));
}

int link(const char *path, const char *other) {
    REAL(link);
    ON_NAME(real(path, other), linked(name, other))
}

int linkat(int at, const char *path, int at_other, const char *other, int flags) {
    REAL(linkat);
    ON_NAME(real(at, path, at_other, other, flags), linked(name, other))
}

/* What is sent is recorded before it leaves: whoever is told something is told it after this. */
static void sending(const struct iovec *parts, size_t count) {
    lock();
    for (size_t i = 0; to >= 0 && i < count; i++)
        record('N', "", 0, parts[i].iov_base, (uint32_t)parts[i].iov_len);
    unlock();
}

static int is_socket(int file) {
    struct stat found;
    return fstat(file, &found) == 0 && S_ISSOCK(found.st_mode);
}

ssize_t send(int socket, const void *data, size_t length, int flags) {
    REAL(send);
    sending(&(struct iovec){(void *)data, length}, 1);
    return real(socket, data, length, flags);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    REAL(sendmsg);
    sending(message->msg_iov, message->msg_iovlen);
    return real(socket, message, flags);
}

ssize_t write(int file, const void *data, size_t length) {
    REAL(write);
    if (!name_at(file) && is_socket(file)) sending(&(struct iovec){(void *)data, length}, 1);
    ON_FILE(ssize_t, real(file, data, length),
            record('W', name_at(file), lseek(file, 0, SEEK_CUR) - result, data, (uint32_t)result))
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    if (name_at(file)) abort(); /* nothing of ours writes so; unrecorded it would be a gap */
    if (is_socket(file)) sending(parts, (size_t)count);
    return real(file, parts, count);
}
