// SPDX-License-Identifier: Apache-2.0
// Preloaded into a PostgreSQL server. While the file METABATCH_NO_SPACE exists, no file of a
// relation grows, as on a full disk. Existing pages can be written.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

bool is_relation(int file) {
  char link[64], path[512];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return std::strstr(path, "/base/") != nullptr || std::strstr(path, "/pg_tblspc/") != nullptr;
}

bool is_refused(int file, off_t end) {
  static const char* const sign = std::getenv("METABATCH_NO_SPACE");
  struct stat seen {};
  return sign != nullptr && ::access(sign, F_OK) == 0 && is_relation(file) && ::fstat(file, &seen) == 0 &&
         end > seen.st_size;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

ssize_t write_at(const char* name, int file, const void* bytes, size_t size, off_t at) {
  if (is_refused(file, at + static_cast<off_t>(size))) {
    errno = ENOSPC;
    return -1;
  }
  return next<ssize_t(int, const void*, size_t, off_t)>(name)(file, bytes, size, at);
}

ssize_t write_vector_at(const char* name, int file, const iovec* parts, int count, off_t at) {
  off_t end = at;
  for (int i = 0; i < count; ++i) end += static_cast<off_t>(parts[i].iov_len);
  if (is_refused(file, end)) {
    errno = ENOSPC;
    return -1;
  }
  return next<ssize_t(int, const iovec*, int, off_t)>(name)(file, parts, count, at);
}

}  // namespace

extern "C" {

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) { return write_at("pwrite", file, bytes, size, at); }
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  return write_at("pwrite64", file, bytes, size, at);
}
ssize_t pwritev(int file, const iovec* parts, int count, off_t at) {
  return write_vector_at("pwritev", file, parts, count, at);
}
ssize_t pwritev64(int file, const iovec* parts, int count, off64_t at) {
  return write_vector_at("pwritev64", file, parts, count, at);
}
ssize_t write(int file, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  const off_t at = ::lseek(file, 0, SEEK_CUR);
  if (at >= 0 && is_refused(file, at + static_cast<off_t>(size))) {
    errno = ENOSPC;
    return -1;
  }
  return real(file, bytes, size);
}
int posix_fallocate(int file, off_t at, off_t size) {
  if (is_refused(file, at + size)) return ENOSPC;
  return next<int(int, off_t, off_t)>("posix_fallocate")(file, at, size);
}
int posix_fallocate64(int file, off64_t at, off64_t size) {
  if (is_refused(file, at + size)) return ENOSPC;
  return next<int(int, off64_t, off64_t)>("posix_fallocate64")(file, at, size);
}
int fallocate(int file, int mode, off_t at, off_t size) {
  if (is_refused(file, at + size)) {
    errno = ENOSPC;
    return -1;
  }
  return next<int(int, int, off_t, off_t)>("fallocate")(file, mode, at, size);
}

}  // extern "C"
