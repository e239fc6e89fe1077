#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Simulates a machine with one CPU and a disk, and writes what ftrace would have recorded of it.

    time.py JOB strict|lazy [KEY=VALUE...] >TEXT

JOB is qdN (N requests at a time), rateN (one at a time, N a second), pauseN (N requests, and a pause
when all are done), sleep (one, and a pause, whether it is done or not) or receive (an interrupt for
each packet, by a clock).  The last line of TEXT is a comment with the truth: operations a second, and
CPU time of an operation.  Keys, in microseconds: flush, probe, tracepoint (what tracing costs an
event; 0: not traced), device, quiet (idle before the first operation), pause, reap (work of pauseN
for each wake), wake (the longest time until a task that was woken runs); operations; jitter (of the
device's times, relative); idle=0 leaves out when the CPU was idle.

This is no part of the model: nothing here knows of steps, streams or ratios.
"""
import heapq
import sys

PARAMETERS = {"flush": 20.0, "probe": 5.6, "tracepoint": 2.8, "device": 80.0, "quiet": 0.0, "pause": 200.0, "reap": 3.0, "wake": 0.0,
              "jitter": 0.2,               "operations": 4000, "idle": 1, "traced": 1}


class Machine:
    def __init__(self, mode, parameters):
        self.par = parameters
        self.strict = mode == "strict"
        self.now = 1e6
        self.busy = 0.0
        self.interrupts = []    # (time, number, iova)
        self.order = 0
        self.lines = []
        self.task = "fio-100"
        self.context = "....."
        self.completed = 0
        self.sleeping = False
        self.seed = 1

    def random(self):
        self.seed = self.seed * 1103515245 + 12345 & 0x7fffffff
        return self.seed / 0x7fffffff

    def event(self, name, text, cost):
        if not self.par["traced"]:
            return
        # The time is taken in the middle of what the event costs.
        self.spend(cost / 2)
        seconds, ns = divmod(round(self.now * 1000), 10**9)
        self.lines.append("%16s [000] %s %d.%09d: %s: %s" % (self.task, self.context, seconds, ns, name, text))
        self.spend(cost / 2)

    def spend(self, us):
        self.now += us
        self.busy += us

    def flush(self, iova):
        self.event("rpcit", "(0x1) fn=0x1 addr=0x%x range=0x1000" % iova, self.par["probe"])
        self.spend(self.par["flush"])
        if self.context == ".....":
            self.work(0)        # interrupts that came meanwhile
        self.event("rpcit_ret", "(0x2 <- 0x1) ret=0", self.par["probe"])

    def map(self, iova):
        self.event("map", "IOMMU: iova=0x%016x - 0x%016x paddr=0x0000000001000000 size=4096"
                   % (iova, iova + 4096), self.par["tracepoint"])
        self.spend(1)
        self.flush(iova)

    def unmap(self, iova):
        self.event("unmap", "IOMMU: iova=0x%016x - 0x%016x size=4096 unmapped_size=4096"
                   % (iova, iova + 4096), self.par["tracepoint"])
        if self.strict:
            self.flush(iova)

    def start(self, iova):
        self.order += 1
        latency = self.par["device"] * (1 + self.par["jitter"] * (self.random() - 0.5))
        heapq.heappush(self.interrupts, (self.now + latency, self.order, iova))

    def interrupt(self):
        _, _, iova = heapq.heappop(self.interrupts)
        outer, self.context = self.context, "d.h.."
        self.spend(2)
        if self.par["idle"]:
            self.event("irq_handler_entry", "irq=3 name=disk", self.par["tracepoint"])
        self.spend(4)
        self.unmap(iova)
        self.spend(9)
        self.context = outer
        self.completed += 1

    def work(self, us):
        """Of the task: interrupts come in between."""
        while self.interrupts and self.interrupts[0][0] <= self.now + us:
            before = max(0, self.interrupts[0][0] - self.now)
            self.spend(before)
            us -= before
            self.interrupt()
        self.spend(us)

    def switch(self, out):
        tasks = ("fio:100", "swapper/0:0") if out else ("swapper/0:0", "fio:100")
        if self.par["idle"]:
            self.event("sched_switch", "%s [120] S ==> %s [120]" % tasks, self.par["tracepoint"])
        self.task = "<idle>-0" if out else "fio-100"

    def idle_until(self, condition, wake=None):
        self.switch(True)
        while not condition():
            first = self.interrupts[0][0] if self.interrupts else None
            if first is None or (wake is not None and wake < first):
                self.now = max(self.now, wake)
                self.spend(1)
                if self.par["idle"]:
                    self.event("hrtimer_expire_entry", "hrtimer=0x1 function=hrtimer_wakeup now=1", self.par["tracepoint"])
                break
            self.now = max(self.now, first)
            self.interrupt()
        self.spend(5)
        if self.par["wake"]:
            self.now += self.par["wake"] * self.random()
        self.switch(False)


def submit(m, iova):
    m.work(12)
    m.map(iova)
    m.work(4)           # until the doorbell is written
    m.start(iova)
    m.work(6)


def disk(m, depth, rate):
    free = [0x100000000 + 4096 * i for i in range(64)]
    done, begun, period = 0, m.now, 1e6 / rate if rate else 0
    next_iova = 0
    while done < m.par["operations"]:
        for _ in range(depth if not done else reaped):
            submit(m, free[next_iova % 64])
            next_iova += 1
        if not m.completed:
            m.idle_until(lambda: m.completed)
        reaped, m.completed = m.completed, 0
        m.work(7 * reaped)
        done += reaped
        if period and begun + done * period > m.now:
            m.idle_until(lambda: False, begun + done * period)
    return done


def pausing(m, requests):
    free = [0x100000000 + 4096 * i for i in range(64)]
    done = 0
    while done < m.par["operations"]:
        for i in range(requests):
            submit(m, free[(done + i) % 64])
        while m.completed < requests:
            before = m.completed
            m.idle_until(lambda: m.completed > before)
            m.work(m.par["reap"])
        m.completed = 0
        done += requests
        m.work(5 * requests)
        m.idle_until(lambda: False, m.now + m.par["pause"])
    return done


def sleeping(m):
    """A pause begins while a request is under way, after work that varies; each tenth time the task waits for it instead."""
    free = [0x100000000 + 4096 * i for i in range(64)]
    for i in range(m.par["operations"]):
        submit(m, free[i % 64])
        if i % 10 == 0:
            m.idle_until(lambda: m.completed > i)
        else:
            m.work(40 * m.random())
            m.idle_until(lambda: False, m.now + m.par["pause"])
        m.work(300 * m.random())
    return m.par["operations"]


def receive(m):
    """Each packet's buffer is unmapped, and another one mapped."""
    m.task = "<idle>-0"
    ring = [0x100000000 + 4096 * i for i in range(64)]
    for iova in ring:
        m.map(iova)
    when = m.now
    for i in range(m.par["operations"]):
        when += 150 * (0.5 + m.random())
        m.now = max(m.now, when)
        m.context = "..s.."
        m.spend(6)
        m.unmap(ring[i % 64])
        m.spend(4)
        m.map(ring[i % 64])
        m.spend(10)
        m.context = "....."
    return m.par["operations"]


def main():
    job, mode = sys.argv[1:3]
    par = dict(PARAMETERS)
    for word in sys.argv[3:]:
        key, value = word.split("=")
        par[key] = type(PARAMETERS[key])(float(value))
    m = Machine(mode, par)
    if job != "receive":        # the task slept until now
        m.switch(True)
        m.now += m.par["quiet"]
        m.switch(False)
    begun, m.busy = m.now, 0.0
    if job == "receive":
        done = receive(m)
    elif job.startswith("rate"):
        done = disk(m, 1, int(job[4:]))
    elif job == "sleep":
        done = sleeping(m)
    elif job.startswith("pause"):
        done = pausing(m, int(job[5:]))
    else:
        done = disk(m, int(job[2:]), 0)
    print("# tracer: nop\n#")
    if par["probe"]:
        print("        marker-1   [000] ..... 0.999000000: print: ip: record-dma before event_cost_ns=%d "
              "tracepoint_cost_ns=%d" % (par["probe"] * 1000, par["tracepoint"] * 1000))
    print("\n".join(m.lines))
    print("# truth %.3f %.3f" % (done * 1e6 / (m.now - begun), m.busy / done))


if __name__ == "__main__":
    main()
