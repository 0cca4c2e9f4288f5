#include "base/thread_name.hpp"

#include "base/check.hpp"

#include <pthread.h>

namespace suanpan {

void name_thread(const char* name) {
    CHECK(pthread_setname_np(pthread_self(), name) == 0);
}

}  // namespace suanpan
