#include "apps/suanpan-meter/spool_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

// A full record of readings and the answers to it.
constexpr std::uint64_t kRecordBytes = 64U << 10U;

}  // namespace

SpoolFolder::SpoolFolder(fs::path folder, std::uint64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes) {
    std::error_code error;
    fs::create_directories(folder_, error);
    const fs::path file = folder_ / "lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock_ < 0) {
        throw std::runtime_error("cannot write in the spool folder " + folder_.string() + " (" +
                                 std::strerror(errno) +
                                 "): make it and give it to the meter's user");
    }
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(lock_);
    throw std::runtime_error("another suanpan-meter works in " + folder_.string() +
                             ": two with one key would contradict each other; stop it first");
}

SpoolFolder::~SpoolFolder() {
    ::close(lock_);
}

ChainSpool& SpoolFolder::open(const ChainId& id) {
    for (const auto& chain : chains_) {
        const ChainId& other = chain->content().id;
        if (other.lease == id.lease && other.meter == id.meter) return *chain;
    }
    chains_.push_back(std::make_unique<ChainSpool>(folder_, id));
    return *chains_.back();
}

void SpoolFolder::open_all(const MeterId& meter, settlement::MeterRole role) {
    for (const SpoolContent& content : read_spools(folder_)) {
        if (content.id.meter == meter) open({content.id.lease, meter, role});
    }
}

std::uint64_t SpoolFolder::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& chain : chains_)
        sum += chain->bytes();
    return sum;
}

bool SpoolFolder::has_room() {
    const std::uint64_t before = bytes();
    if (before + kRecordBytes <= max_bytes_) return true;
    // To no avail as long as nothing was written since.
    if (before == compacted_at_) return false;
    for (const auto& chain : chains_)
        (void)chain->compact();
    compacted_at_ = bytes();
    return compacted_at_ + kRecordBytes <= max_bytes_;
}

}  // namespace suanpan::meter
