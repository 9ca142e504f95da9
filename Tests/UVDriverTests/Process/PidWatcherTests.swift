import CLibUV
import MeshBase
import Testing

@testable import UVDriver

@Suite("Pid watcher", .timeLimit(.minutes(2)))
struct PidWatcherTests {
    /// A process that is not this one's child, since its parent has died; the caller ends it.
    private func makeOrphan(_ loop: EventLoop) throws -> ProcessIdentity {
        var pid: Int32?
        _ = try ChildProcess.spawn(
            loop: loop,
            ProcessLaunch(executable: "/bin/sh", arguments: ["-c", "sleep 1000 3>&- & echo $! >&3"])
        ) { line in
            pid = Int32(line)
        } onExit: { _ in
        }
        loop.run()
        let orphan = try #require(pid)
        return try #require(ProcessIdentity(pid: orphan))
    }

    @Test("The death of a process that is no child is reported, by either way of watching", arguments: [true, false])
    func orphan(_ notifies: Bool) throws {
        let loop = try EventLoop()
        let orphan = try makeOrphan(loop)
        #expect(orphan.isRunning)
        var exits = 0
        let pidfd = notifies ? cuv_pidfd_open_errno(orphan.pid) : -ENOSYS
        let watcher = try PidWatcher(loop: loop, orphan, interval: .milliseconds(2), pidfd: pidfd) { exits += 1 }
        #expect(watcher.isNotified == (pidfd >= 0))
        loop.runPending()
        #expect(exits == 0 && watcher.isWatching)
        #expect(try orphan.kill(SIGKILL))
        try loop.turn(until: { exits > 0 })
        #expect(!orphan.isRunning && !watcher.isWatching)
        loop.run()
        #expect(exits == 1)
        #expect(loop.close() == [])
    }

    @Test("A process that runs no more is reported in a later turn")
    func gone() throws {
        let loop = try EventLoop()
        var exits = 0
        let successor = ProcessIdentity(pid: getpid(), startTime: ProcessIdentity.current.startTime + 1)
        for identity in [successor, ProcessIdentity(pid: .max, startTime: 1)] {
            _ = try PidWatcher(loop: loop, identity) { exits += 1 }
        }
        #expect(exits == 0)
        loop.run()
        #expect(exits == 2)
        #expect(loop.close() == [])
    }

    @Test("A closed watcher reports nothing and does not hold the loop")
    func closed() throws {
        let loop = try EventLoop()
        for identity in [ProcessIdentity.current, ProcessIdentity(pid: .max, startTime: 1)] {
            let watcher = try PidWatcher(loop: loop, identity) { Issue.record("reported") }
            watcher.close()
            watcher.close()
        }
        let watcher = try PidWatcher(loop: loop, .current) { Issue.record("reported") }
        watcher.keepsLoopRunning = false
        loop.run()
        watcher.close()
        #expect(loop.close() == [])
    }
}
