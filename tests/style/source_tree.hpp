#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suanpan::style {

/// One file of the checkout.
struct SourceFile {
    std::string path;  ///< relative to the root, with '/'
    std::string text;  ///< as it is on disk
    std::string code;  ///< C++ only: comments blanked, lines kept

    /// First folder of the path: "matching"; "" for a file in the root.
    std::string folder() const;
    bool is_cpp() const;     ///< .cpp or .hpp
    bool is_header() const;  ///< .hpp
};

/// Our own text files below `root`: no build output, no data, nothing hidden but .ci.
std::vector<SourceFile> read_tree(std::string_view root);

/// A file that is not on disk, for trying the rules out.
SourceFile make_file(std::string path, std::string text);

/// C++ with the comments blanked, and the text of the literals too when `literals`. Lines stay.
std::string blank_comments(std::string_view text, bool literals);

std::vector<std::string_view> split_lines(std::string_view text);

}  // namespace suanpan::style
