// A small kernel to describe in BTF: what scripts look at most, and one of each thing that BTF can
// say. `clang -target bpf -g` makes the BTF; it tells of what is used only, which is why everything
// hangs on a function or a variable; of what is only pointed to it tells the name. Offsets are
// those of no real kernel.

#define __user __attribute__((btf_type_tag("user")))
#define __rcu __attribute__((btf_type_tag("rcu")))
#define __percpu __attribute__((btf_type_tag("percpu")))

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef long long s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef _Bool bool;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef int pid_t;
typedef u32 dev_t;
typedef unsigned short umode_t;
typedef unsigned int fmode_t;

typedef struct {
  int counter;
} atomic_t;

struct list_head {
  struct list_head *next, *prev;
};

struct hlist_node {
  struct hlist_node *next, **pprev;
};

struct callback_head {
  struct callback_head* next;
  void (*func)(struct callback_head* head);
} __attribute__((aligned(sizeof(void*))));

// ---- files

struct qstr {
  union {
    struct {
      u32 hash;
      u32 len;
    };
    u64 hash_len;
  };
  const unsigned char* name;
};

struct super_block {
  struct list_head s_list;
  dev_t s_dev;
  unsigned long s_magic;
  char s_id[32];
};

struct inode {
  umode_t i_mode;
  unsigned short i_opflags;
  struct super_block* i_sb;
  unsigned long i_ino;
  dev_t i_rdev;
  loff_t i_size;
};

struct dentry {
  unsigned int d_flags;
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
  unsigned char d_iname[40];
};

struct vfsmount {
  struct dentry* mnt_root;
  struct super_block* mnt_sb;
  int mnt_flags;
};

struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};

struct file {
  fmode_t f_mode;
  unsigned int f_flags;
  struct path f_path;
  struct inode* f_inode;
  loff_t f_pos;
};

// ---- tasks

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };

// An enum of 64 bits, one with a sign, and constants without a type of their own.
enum large_flags { LARGE_LOW = 1, LARGE_HIGH = 1ULL << 40 };
enum offset_kind { OFFSET_NONE = -1, OFFSET_SOME = 0 };
enum task_limits { TASK_COMM_LEN = 16 };

struct mm_struct {
  struct {
    unsigned long mmap_base;
    unsigned long task_size;
    unsigned long total_vm;
    unsigned long arg_start, arg_end;
  };
  unsigned long cpu_bitmap[];
};

struct cred {
  atomic_t usage;
  u32 uid;
  u32 gid;
};

struct files_struct;  // never defined here

struct sched_statistics {
  u64 wait_start;
} __attribute__((aligned(64)));

struct task_struct {
  unsigned int __state;
  void* stack;
  int on_cpu;
  unsigned int policy : 3;
  signed int nice : 6;
  unsigned int : 0;
  unsigned in_execve : 1;
  unsigned in_iowait : 1;
  u64 start_time;
  pid_t pid;
  pid_t tgid;
  struct task_struct __rcu* real_parent;
  struct task_struct __rcu* parent;
  struct list_head children;
  struct task_struct* group_leader;
  const struct cred __rcu* cred;
  char comm[TASK_COMM_LEN];
  struct mm_struct* mm;
  struct files_struct* files;
  int __user* set_child_tid;
  u64 __percpu* counters;
  enum pid_type kind;
  union {
    struct callback_head rcu;
    unsigned long extra;
  };
  bool is_traced;
  double no_float_in_a_kernel;
  unsigned long thread_values[4];
  struct sched_statistics stats;
};

// ---- sockets

struct in6_addr {
  union {
    __u8 u6_addr8[16];
    __be16 u6_addr16[8];
    __be32 u6_addr32[4];
  } in6_u;
};

struct sock_common {
  union {
    u64 skc_addrpair;
    struct {
      __be32 skc_daddr;
      __be32 skc_rcv_saddr;
    };
  };
  union {
    u32 skc_portpair;
    struct {
      __be16 skc_dport;
      __u16 skc_num;
    };
  };
  unsigned short skc_family;
  volatile unsigned char skc_state;
  unsigned char skc_reuse : 4;
  unsigned char skc_reuseport : 1;
  struct in6_addr skc_v6_daddr;
};

struct sock {
  struct sock_common __sk_common;
  int sk_sndbuf;
  u16 sk_type;
};

struct sk_buff {
  union {
    struct {
      struct sk_buff* next;
      struct sk_buff* prev;
    };
    struct list_head list;
  };
  struct sock* sk;
  unsigned int len;
  unsigned char *head, *data;
};

struct packed_record {
  u8 kind;
  u32 value;
} __attribute__((packed));

typedef void (*btf_trace_sched_wakeup)(void*, struct task_struct*);

// ---- what keeps them all

ssize_t vfs_read(struct file* file, char __user* buf, size_t count, loff_t* pos) { return 0; }
int tcp_sendmsg(struct sock* sk, struct sk_buff* skb, size_t size) { return 0; }
void wake_up_new_task(struct task_struct* p) {}
int __traceiter_sched_switch(void* __data, bool preempt, struct task_struct* prev,
                             struct task_struct* next, unsigned int prev_state) {
  return 0;
}

struct kept {
  int (*printk)(const char* fmt, ...);
  enum task_limits limits;
  btf_trace_sched_wakeup wakeup;
  enum large_flags large;
  enum offset_kind offset;
  struct packed_record packed;
  struct hlist_node node;
  struct vfsmount mount;
  struct dentry dentry;
  struct inode inode;
  struct super_block super_block;
  struct cred cred;
  s64 number;
  struct mm_struct mm;
} keep;
