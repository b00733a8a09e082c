// The script's name and lines in an object's BTF, which the verifier shows in its log between the
// instructions.
//
// LLVM would put them there, but for each instruction it compares both with all strings that it
// has, one by one: of a script of a thousand probes, that took three quarters of the time.
#pragma once

#include <string>
#include <string_view>

namespace bpftracec::bpf {

// The contents of the sections .BTF and .BTF.ext.
struct BtfSections {
  std::string types;
  std::string ext;
};

// A script; its lines' numbers are in the object already.
struct SourceText {
  std::string_view name;
  std::string_view text;
};

// Gives each entry of the line information, which LLVM made from a file without name and text, the
// script's name and the text of its line.
void add_line_texts(BtfSections& sections, const SourceText& source);

}  // namespace bpftracec::bpf
