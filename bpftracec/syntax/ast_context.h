// Where the nodes and strings of one script's tree live. The tree is good for as long as this and
// the SourceFile are.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "bpftracec/base/arena.h"

namespace bpftracec::syntax {

class AstContext {
 public:
  template <typename Node>
  const Node* make(const Node& node) {
    return arena_.make<Node>(node);
  }

  template <typename T>
  std::span<const T> copy(const std::vector<T>& items) {
    return arena_.copy(items);
  }

  std::string_view copy(std::string_view text) { return arena_.copy(text); }

 private:
  base::Arena arena_;
};

}  // namespace bpftracec::syntax
