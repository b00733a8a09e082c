#include "bpftracec/sema/read_config.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/name_tables.h"

namespace bpftracec::sema {
namespace {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using syntax::ConfigSetting;

enum class Key : uint8_t {
#define CONFIG_KEY(name, spelling, kind) name,
#include "bpftracec/sema/config_key.def"
};

enum class ValueKind : uint8_t { Number, Bool, Text };

struct KeyInfo {
  std::string_view spelling;
  ValueKind kind;
  std::optional<Key> key;  // nothing: without effect
};

constexpr KeyInfo kKeys[] = {
#define CONFIG_KEY(name, spelling, kind) {spelling, ValueKind::kind, Key::name},
#define CONFIG_KEY_WITHOUT_EFFECT(spelling, kind) {spelling, ValueKind::kind, std::nullopt},
#include "bpftracec/sema/config_key.def"
};

struct Renaming {
  std::string_view old_spelling;
  std::string_view new_spelling;
};

constexpr Renaming kRenamings[] = {
#define RENAMED_CONFIG_KEY(old_spelling, new_spelling) {old_spelling, new_spelling},
#include "bpftracec/sema/config_key.def"
};

constexpr std::string_view kObsolete[] = {
#define OBSOLETE_CONFIG_KEY(spelling) spelling,
#include "bpftracec/sema/config_key.def"
};

constexpr std::string_view kEnvironmentOnly[] = {
#define ENVIRONMENT_CONFIG_KEY(spelling) spelling,
#include "bpftracec/sema/config_key.def"
};

constexpr std::string_view kLicenses[] = {
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

// A value's place in kernel and stack memory grows with this; per-CPU memory ends at 32 KiB.
constexpr uint64_t kMaxMaxStrlen = uint64_t{1024} * 1024;
constexpr uint64_t kPageSize = 4096;
constexpr uint64_t kMaxRingBufferPages = 1 << 18;

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

// "BPFTRACE_Max_Strlen" -> "max_strlen"
std::string canonical_name(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::string_view prefix = "bpftrace_";
  return result.starts_with(prefix) ? result.substr(prefix.size()) : result;
}

class ConfigReader {
 public:
  explicit ConfigReader(DiagnosticSink& sink) : sink_(sink) {}

  Config read(const syntax::Script& script) {
    for (const ConfigSetting& setting : script.config) read_setting(setting);
    return std::move(config_);
  }

 private:
  void read_setting(const ConfigSetting& setting) {
    std::string name = canonical_name(setting.name);
    for (const Renaming& renaming : kRenamings) {
      if (renaming.old_spelling != name) continue;
      sink_.report<DiagnosticKind::RenamedConfigKey>(setting.name_range, name,
                                                     renaming.new_spelling);
      name = renaming.new_spelling;
    }
    if (contains(kObsolete, name)) {
      sink_.report<DiagnosticKind::ObsoleteConfigKey>(setting.name_range, name);
      return;
    }
    if (contains(kEnvironmentOnly, name)) {
      sink_.report<DiagnosticKind::EnvironmentConfigKey>(setting.name_range, name);
      return;
    }
    const auto* info = std::find_if(std::begin(kKeys), std::end(kKeys),
                                    [&](const KeyInfo& key) { return key.spelling == name; });
    if (info == std::end(kKeys)) return report_unknown(setting, name);
    apply(setting, *info);
  }

  void report_unknown(const ConfigSetting& setting, std::string_view name) {
    diagnostics::Diagnostic& diagnostic = sink_.report<DiagnosticKind::UnknownConfigKey>(
        setting.name_range, setting.name);
    base::NearestName search(name);
    for (const KeyInfo& key : kKeys) search.consider(key.spelling);
    if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
  }

  void apply(const ConfigSetting& setting, const KeyInfo& info) {
    switch (info.kind) {
      case ValueKind::Number:
        if (const auto number = number_of(setting, info)) apply_number(setting, info, *number);
        return;
      case ValueKind::Bool:
        if (const auto value = bool_of(setting, info)) apply_bool(info, *value);
        return;
      case ValueKind::Text:
        if (const auto text = text_of(setting, info)) apply_text(setting, info, *text);
        return;
    }
    base::internal_error("unknown kind of config value");
  }

  void apply_number(const ConfigSetting& setting, const KeyInfo& info, uint64_t number) {
    if (info.key == Key::MaxStrlen) {
      if (check_range(setting, info, number, 1, kMaxMaxStrlen)) {
        config_.max_strlen = static_cast<uint32_t>(number);
      }
    } else if (info.key == Key::MaxMapKeys) {
      if (check_range(setting, info, number, 1, std::numeric_limits<uint32_t>::max())) {
        config_.max_map_keys = static_cast<uint32_t>(number);
      }
    } else if (info.key == Key::MaxProbes) {
      if (check_range(setting, info, number, 1, std::numeric_limits<uint32_t>::max())) {
        config_.max_probes = static_cast<uint32_t>(number);
      }
    } else if (info.key == Key::MaxCatBytes) {
      config_.max_cat_bytes = number;
    } else if (info.key == Key::PerfRbPages) {
      if (check_range(setting, info, number, 0, kMaxRingBufferPages)) {
        config_.ring_buffer_bytes = number * kPageSize;
      }
    }
  }

  void apply_bool(const KeyInfo& info, bool value) {
    if (info.key == Key::PrintMapsOnExit) config_.print_maps_on_exit = value;
    if (info.key == Key::CppDemangle) config_.demangles = value;
  }

  void apply_text(const ConfigSetting& setting, const KeyInfo& info, std::string_view text) {
    if (info.key == Key::License) {
      if (!contains(kLicenses, text)) {
        sink_.report<DiagnosticKind::ConfigValueUnknown>(setting.value_range, text, info.spelling)
            .hint(
                "licenses that the kernel takes for GPL: 'GPL', 'GPL v2', 'GPL and additional "
                "rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'");
        return;
      }
      config_.license = text;
    } else if (info.key == Key::MissingProbes) {
      if (text != "error" && text != "warn" && text != "ignore") {
        sink_.report<DiagnosticKind::ConfigValueUnknown>(setting.value_range, text, info.spelling)
            .hint("values are error, warn and ignore");
        return;
      }
      config_.fails_on_missing_probes = text == "error";
    } else if (info.key == Key::StackMode) {
      const auto mode = find_stack_mode(text);
      if (mode) {
        config_.stack_mode = *mode;
      } else {
        sink_.report<DiagnosticKind::StackMode>(setting.value_range);
      }
    } else if (info.key == Key::StrTruncTrailer) {
      config_.str_trunc_trailer = text;
    }
  }

  std::optional<uint64_t> number_of(const ConfigSetting& setting, const KeyInfo& info) {
    if (const auto* number = std::get_if<uint64_t>(&setting.value)) return *number;
    if (const auto* value = std::get_if<bool>(&setting.value)) return *value ? 1 : 0;
    report_kind(setting, info, "a number");
    return std::nullopt;
  }

  std::optional<bool> bool_of(const ConfigSetting& setting, const KeyInfo& info) {
    if (const auto* number = std::get_if<uint64_t>(&setting.value)) return *number != 0;
    if (const auto* value = std::get_if<bool>(&setting.value)) return *value;
    report_kind(setting, info, "true or false");
    return std::nullopt;
  }

  std::optional<std::string_view> text_of(const ConfigSetting& setting, const KeyInfo& info) {
    if (const auto* text = std::get_if<std::string_view>(&setting.value)) return *text;
    if (!info.key) return std::nullopt;  // older versions took numbers for some of these
    report_kind(setting, info, "a text");
    return std::nullopt;
  }

  void report_kind(const ConfigSetting& setting, const KeyInfo& info, std::string_view wanted) {
    sink_.report<DiagnosticKind::ConfigValueKind>(setting.value_range, info.spelling, wanted);
  }

  bool check_range(const ConfigSetting& setting, const KeyInfo& info, uint64_t number,
                   uint64_t least, uint64_t most) {
    if (number >= least && number <= most) return true;
    sink_.report<DiagnosticKind::ConfigValueRange>(setting.value_range, info.spelling, least, most);
    return false;
  }

  DiagnosticSink& sink_;
  Config config_;
};

}  // namespace

Config read_config(const syntax::Script& script, DiagnosticSink& sink) {
  return ConfigReader(sink).read(script);
}

}  // namespace bpftracec::sema
