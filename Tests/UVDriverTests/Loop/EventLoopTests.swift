import CLibUV
import Glibc
import MeshBase
import Testing

@testable import UVDriver

@Suite("Event loop")
struct EventLoopTests {
    @Test("An idle loop ends at once and closes with nothing left over")
    func idle() throws {
        let loop = try EventLoop()
        loop.run()
        #expect(loop.close() == [])
        #expect(loop.close() == [])
    }

    @Test("Hooks run once a turn, in order, before the wait")
    func hooks() throws {
        let loop = try EventLoop()
        var trace: [String] = []
        let timer = try WakeTimer(loop: loop) { _ in trace.append("alarm") }
        loop.beforeWaiting { trace.append("first") }
        loop.beforeWaiting { trace.append("second") }
        loop.runPending()
        loop.beforeWaiting { timer.arm(at: .zero) }
        loop.runOnce()
        #expect(trace == ["first", "second", "first", "second", "alarm"])
        timer.close()
        #expect(loop.close() == [])
    }

    @Test("The time of a turn stands still until the turn ends")
    func time() throws {
        let loop = try EventLoop()
        let first = loop.now()
        while loop.freshNow() == first {}
        #expect(loop.now() == first)
        loop.runPending()
        #expect(loop.now() > first)
        let before = loop.now()
        while loop.freshNow() == before {}
        #expect(loop.refreshNow() > before)
        #expect(loop.wallClock() > 1_600_000_000_000_000_000)
        loop.close()
    }

    @Test("Closing reports, by type, what its owner left open")
    func leftovers() throws {
        let loop = try EventLoop()
        _ = try WakeTimer(loop: loop) { _ in }
        _ = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
        _ = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
        let closed = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
        closed.close()
        #expect(loop.close() == [.init(type: "poll", count: 1), .init(type: "udp", count: 2)])
        #expect(!closed.isOpen)
    }

    @Test("A handle that its owner forgot lives until it has closed")
    func forgotten() throws {
        final class Witness {}
        let loop = try EventLoop()
        weak var witness: Witness?
        do {
            let held = Witness()
            witness = held
            let socket = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in _ = held }
            socket.close()
        }
        #expect(witness != nil)
        loop.run()
        #expect(witness == nil)
        #expect(loop.close() == [])
    }

    @Test("A closed handle, even if still held, has let go of its owner's closures")
    func closures() throws {
        final class Owner {
            var handles: [LoopHandle] = []
            var watcher: PidWatcher?
            var requests: [LoopRequest] = []
            func note() {}
        }
        let loop = try EventLoop()
        weak var witness: Owner?
        let pid: Int32
        do {
            let owner = Owner()
            witness = owner
            let reader = try LineReader(loop: loop, onLine: { _ in owner.note() }, onEnd: { _ in owner.note() })
            let sleeper = ProcessLaunch(executable: "sleep", arguments: ["1000"])
            let child = try ChildProcess.spawn(loop: loop, sleeper) { _ in owner.note() }
            try child.kill(SIGKILL)
            pid = child.pid
            owner.handles = [
                try WakeTimer(loop: loop) { _ in owner.note() },
                try LoopTimer(loop: loop) { owner.note() },
                try SignalWatcher(loop: loop, signal: SIGWINCH) { owner.note() },
                try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in owner.note() },
                try AsyncWakeup<Int>(loop: loop) { _ in owner.note() },
                reader, child,
            ]
            owner.watcher = try PidWatcher(
                loop: loop, .current, interval: .hours(1), pidfd: -ENOSYS, onExit: { owner.note() })
            owner.requests.append(try Resolver.resolve(loop: loop, host: "127.0.0.1", port: 1) { _ in owner.note() })
            let pool = WorkPool(loop: loop)
            let work = pool.submit({ 1 }, completion: { _ in owner.note() })
            owner.requests.append(try #require(work))
        }
        #expect(witness != nil)
        loop.close()
        #expect(witness == nil)
        // The loop closed too early to collect the child.
        #expect(waitpid(pid, nil, 0) == pid)
    }

    @Test("An error has its number, its name and a sentence")
    func errors() throws {
        let loop = try EventLoop()
        let first = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
        let error = #expect(throws: UVError.self) {
            try UDPSocket(loop: loop, bind: first.local) { _, _ in }
        }
        #expect(error?.name == "EADDRINUSE")
        #expect(error?.description == "bind UDP \(first.local): address already in use (EADDRINUSE)")
        first.close()
        #expect(loop.close() == [])
    }
}
