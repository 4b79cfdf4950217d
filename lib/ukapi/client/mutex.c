/*
 * mutex.c - a mutex by signals, and the locks of the C library made of it.
 *
 * A mutex is handed over: who unlocks names the next holder and signals it. The guard around a
 * mutex's own fields is spun for, yielding, as it is held for a few instructions only.
 */
#include <tenure/threads.h>

#include <stddef.h>
#include <sys/lock.h>
#include <tenure/client.h>
#include <tenure/user.h>

static void guard_take(struct tn_mutex *mutex)
{
	while (__atomic_exchange_n(&mutex->guard, 1, __ATOMIC_ACQUIRE) != 0)
		tn_yield();
}

static void guard_drop(struct tn_mutex *mutex)
{
	__atomic_store_n(&mutex->guard, 0, __ATOMIC_RELEASE);
}

static void enqueue(struct tn_mutex *mutex, struct tn_thread *thread)
{
	thread->next = NULL;
	if (mutex->last)
		mutex->last->next = thread;
	else
		mutex->first = thread;
	mutex->last = thread;
}

void tn_mutex_lock(struct tn_mutex *mutex)
{
	struct tn_thread *self = tn_thread_self();

	guard_take(mutex);
	if (mutex->holder == NULL || mutex->holder == self) {
		mutex->holder = self;
		mutex->depth++;
		guard_drop(mutex);
		return;
	}
	enqueue(mutex, self);
	guard_drop(mutex);
	while (__atomic_load_n(&mutex->holder, __ATOMIC_ACQUIRE) != self)
		tn_await_signals(TN_SIGNAL_MUTEX);
}

void tn_mutex_unlock(struct tn_mutex *mutex)
{
	struct tn_thread *next;
	uint64_t slot = 0;

	guard_take(mutex);
	if (--mutex->depth == 0) {
		next = mutex->first;
		if (next) {
			slot = next->slot;
			mutex->first = next->next;
			mutex->last = mutex->first ? mutex->last : NULL;
			mutex->depth = 1;
		}
		__atomic_store_n(&mutex->holder, next, __ATOMIC_RELEASE);
	}
	guard_drop(mutex);
	if (slot != 0)
		(void)tn_signal(slot, TN_SIGNAL_MUTEX);
}

/* --- picolibc: malloc and exit take these ----------------------------------------------------- */

struct __lock {
	struct tn_mutex mutex;
};

struct __lock __lock___libc_recursive_mutex;

void __retarget_lock_init(_LOCK_T *lock)
{
	*lock = &__lock___libc_recursive_mutex;
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	*lock = &__lock___libc_recursive_mutex;
}

void __retarget_lock_close(_LOCK_T lock)
{
	(void)lock;
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	(void)lock;
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	tn_mutex_lock(&lock->mutex);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	tn_mutex_lock(&lock->mutex);
}

void __retarget_lock_release(_LOCK_T lock)
{
	tn_mutex_unlock(&lock->mutex);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	tn_mutex_unlock(&lock->mutex);
}
