#include "tests/style/source_tree.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace suanpan::style {
namespace {

namespace fs = std::filesystem;

bool is_own_text(const fs::path& path) {
    static const std::set<std::string> kExtensions{".cpp", ".hpp",  ".sql",  ".cmake", ".md",
                                                   ".sh",  ".toml", ".yaml", ".yml",   ".in"};
    static const std::set<std::string> kNames{"run", "private-postgres", "CMakeLists.txt",
                                              "Dockerfile"};
    return kExtensions.contains(path.extension().string()) ||
           kNames.contains(path.filename().string());
}

bool is_skipped_folder(const fs::path& path) {
    const std::string name = path.filename().string();
    return name == "build" || name == "var" || name == "node_modules" ||
           (name.starts_with(".") && name != ".ci");
}

std::string read_text(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return text.str();
}

/// Walks over C++ text and copies it, or spaces for what is blanked; newlines always stay.
class Blanker {
 public:
    Blanker(std::string_view text, bool literals) : text_(text), literals_(literals) {}

    std::string run() {
        while (at_ < text_.size()) {
            if (starts("//")) {
                blank_to(text_.find('\n', at_));
            } else if (starts("/*")) {
                const auto end = text_.find("*/", at_ + 2);
                blank_to(end == std::string_view::npos ? end : end + 2);
            } else if (starts("R\"") && !in_word()) {
                raw_literal();
            } else if (text_[at_] == '"') {
                literal('"');
            } else if (text_[at_] == '\'' && !in_word()) {  // else a digit separator
                literal('\'');
            } else {
                out_.push_back(text_[at_++]);
            }
        }
        return std::move(out_);
    }

 private:
    bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    bool in_word() const {
        if (at_ == 0) return false;
        const char before = text_[at_ - 1];
        return before == '_' || (before >= '0' && before <= '9') ||
               (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');
    }

    void blank_to(std::size_t end) {
        for (end = std::min(end, text_.size()); at_ < end; ++at_) {
            out_.push_back(text_[at_] == '\n' ? '\n' : ' ');
        }
    }

    void copy_to(std::size_t end) {
        end = std::min(end, text_.size());
        out_.append(text_.substr(at_, end - at_));
        at_ = end;
    }

    void content_to(std::size_t end) { literals_ ? blank_to(end) : copy_to(end); }

    void literal(char quote) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
            end += text_[end] == '\\' ? 2U : 1U;
        }
        copy_to(at_ + 1);
        content_to(end);
        copy_to(end + 1);
    }

    void raw_literal() {
        const auto open = text_.find('(', at_);
        if (open == std::string_view::npos) return copy_to(text_.size());
        const std::string close = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
        const auto end = text_.find(close, open);
        copy_to(open + 1);
        content_to(end);
        if (end != std::string_view::npos) copy_to(end + close.size());
    }

    std::string_view text_;
    bool literals_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::string SourceFile::folder() const {
    const auto slash = path.find('/');
    return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

bool SourceFile::is_cpp() const {
    return path.ends_with(".cpp") || is_header();
}

bool SourceFile::is_header() const {
    return path.ends_with(".hpp");
}

std::string blank_comments(std::string_view text, bool literals) {
    return Blanker(text, literals).run();
}

SourceFile make_file(std::string path, std::string text) {
    SourceFile file{std::move(path), std::move(text), {}};
    if (file.is_cpp()) file.code = blank_comments(file.text, false);
    return file;
}

std::vector<SourceFile> read_tree(std::string_view root) {
    std::vector<SourceFile> files;
    const fs::path top(root);
    for (auto it = fs::recursive_directory_iterator(top); it != fs::end(it); ++it) {
        if (it->is_directory() && is_skipped_folder(it->path())) {
            it.disable_recursion_pending();
        } else if (it->is_regular_file() && is_own_text(it->path())) {
            files.push_back(
                make_file(it->path().lexically_relative(top).string(), read_text(it->path())));
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace suanpan::style
