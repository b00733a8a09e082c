// Members of the kernel's structs in every position that a script can name them in. Not the body of
// a tool: a test relocates it in two ways.
#define SEC(name) __attribute__((section(name), used))
#define CORE __attribute__((preserve_access_index))

struct load_weight {
  unsigned long weight;
} CORE;
struct sched_entity {
  struct load_weight load;
} CORE;
typedef struct {
  int counter;
} CORE atomic_t;
struct mm_struct {
  atomic_t mm_users;
  unsigned long total_vm;
} CORE;
struct rlimit {
  unsigned long rlim_cur, rlim_max;
} CORE;
struct signal_struct {
  struct rlimit rlim[16];
} CORE;
struct task_struct {
  int pid;
  char comm[16];
  struct sched_entity se;
  struct mm_struct* mm;
  struct signal_struct* signal;
  struct task_struct* real_parent;
  unsigned in_execve : 1;
} CORE;
struct sock_common {
  unsigned short skc_family, skc_num;
} CORE;
struct sock {
  struct sock_common __sk_common;
  unsigned sk_userlocks : 4;
} CORE;
union sigval {
  int sival_int;
} CORE;

static long (*probe_read_kernel)(void*, unsigned, const void*) = (void*)113;
static unsigned long (*current_task)(void) = (void*)35;

unsigned long sum;

#define ADD(place)                                      \
  do {                                                  \
    unsigned long value = 0;                            \
    probe_read_kernel(&value, sizeof(place), &(place)); \
    sum += value;                                       \
  } while (0)
// Kinds of __builtin_preserve_field_info(): offset, size, existence, sign, shifts.
#define ADD_FACTS(place)                                                                         \
  sum += __builtin_preserve_field_info(place, 0) + __builtin_preserve_field_info(place, 1) * 2 + \
         __builtin_preserve_field_info(place, 2) * 3 +                                           \
         __builtin_preserve_field_info(place, 3) * 5 +                                           \
         __builtin_preserve_field_info(place, 4) * 7 +                                           \
         __builtin_preserve_field_info(place, 5) * 11

static __attribute__((always_inline)) void* follow(const void* place) {
  void* pointer = 0;
  probe_read_kernel(&pointer, sizeof pointer, place);
  return pointer;
}

SEC("raw_tp") int read_members(void* ctx) {
  struct task_struct* task = (struct task_struct*)current_task();
  struct sock* sock = ctx;
  struct mm_struct* mm = follow(&task->mm);
  struct signal_struct* signal = follow(&task->signal);
  struct task_struct* parent = follow(&task->real_parent);
  ADD(task->pid);
  ADD(task->comm[3]);
  ADD(task->se.load.weight);
  ADD(task->mm);
  ADD(mm->mm_users.counter);
  ADD(mm->total_vm);
  ADD(signal->rlim[3].rlim_max);
  ADD(parent->real_parent);
  ADD(sock->__sk_common.skc_num);
  ADD_FACTS(task->pid);
  ADD_FACTS(task->in_execve);
  ADD_FACTS(sock->sk_userlocks);
  ADD_FACTS(sock->__sk_common.skc_family);
  sum += __builtin_preserve_type_info(*(struct task_struct*)0, 1);
  sum += __builtin_preserve_type_info(*(union sigval*)0, 1);
  sum += __builtin_preserve_type_info(*(atomic_t*)0, 1);
  return 0;
}

char gpl[] SEC("license") = "GPL";
