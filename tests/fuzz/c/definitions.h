#define N 5 + 1
#define LIMIT (1 << 4)
#ifdef BPFTRACE_HAVE_BTF
struct my {
  struct list_head l;
  u64 x;
  char name[TASK_COMM_LEN];
};
#endif
enum color { RED = -1, GREEN };
struct s {
  unsigned a : 3;
  struct {
    enum color c;
    union {
      int y;
      char z[N];
    };
  };
  int (*f)(struct s*, ...);
  struct task_struct* task;
} __attribute__((packed));
