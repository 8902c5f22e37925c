/* Takes away what some machines lack, by name in LACKING: cc -shared -fPIC -o lacking.so lacking.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int lacks(const char *what) {
    const char *lacking = getenv("LACKING");
    return lacking && !strcmp(lacking, what);
}

int posix_fadvise(int file, off_t from, off_t length, int advice) {
    if (lacks("eviction")) return 0;
    int (*real)(int, off_t, off_t, int) = dlsym(RTLD_NEXT, "posix_fadvise");
    return real(file, from, length, advice);
}

int posix_fadvise64(int file, off_t from, off_t length, int advice) {
    return posix_fadvise(file, from, length, advice);
}

#define OPEN(NAME)                                                        \
    int NAME(const char *path, int flags, ...) {                          \
        va_list more;                                                     \
        va_start(more, flags);                                            \
        int mode = va_arg(more, int);                                     \
        va_end(more);                                                     \
        if (lacks("io counts") && !fnmatch("/proc/[0-9]*/io", path, 0)) { \
            errno = ENOENT;                                               \
            return -1;                                                    \
        }                                                                 \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #NAME);    \
        return real(path, flags, mode);                                   \
    }
OPEN(open)
OPEN(open64)

int socket(int domain, int type, int protocol) {
    if (lacks("sockets") && domain == AF_INET) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
    return real(domain, type, protocol);
}

int bind(int socket, const struct sockaddr *address, socklen_t length) {
    if (lacks("ports") && address->sa_family == AF_INET) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    return real(socket, address, length);
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    if (lacks("connections") && address->sa_family == AF_INET) {
        errno = ENETUNREACH;
        return -1;
    }
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    return real(socket, address, length);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    if (lacks("names")) return EAI_NONAME;
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, found);
}
