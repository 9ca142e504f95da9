import CLibUV
import MeshBase
import Testing

@testable import UVDriver

@Suite("Process identity", .timeLimit(.minutes(2)))
struct ProcessIdentityTests {
    @Test("This process knows itself")
    func current() throws {
        let current = ProcessIdentity.current
        #expect(current.pid == getpid() && current.startTime > 0)
        #expect(current.isRunning)
        #expect(ProcessIdentity(pid: getpid()) == current)
        #expect(try #require(current.age) >= .zero)
        #expect(try current.kill(0))
    }

    @Test("A pid that nobody has, or that is none, is not running", arguments: [0, -1, Int32.max, Int32.min])
    func nobody(_ pid: Int32) throws {
        #expect(ProcessIdentity(pid: pid) == nil)
        let identity = ProcessIdentity(pid: pid, startTime: 1)
        #expect(!identity.isRunning && identity.age == nil)
        #expect(try !identity.kill(SIGKILL))
    }

    @Test("A process with the pid of another is left alone")
    func reusedPid() throws {
        let loop = try EventLoop()
        var exit: ChildProcess.Exit?
        let child = try ChildProcess.spawn(loop: loop, ProcessLaunch(executable: "sleep", arguments: ["1000"])) {
            exit = $0
        }
        let former = ProcessIdentity(pid: child.pid, startTime: child.identity.startTime - 1)
        #expect(!former.isRunning)
        #expect(try !former.kill(SIGKILL))
        loop.runPending()
        #expect(exit == nil && child.identity.isRunning)
        #expect(try child.identity.kill(SIGTERM))
        try loop.turn(until: { exit != nil })
        #expect(exit == .signalled(SIGTERM))
        loop.run()
        #expect(loop.close() == [])
    }

    @Test("A zombie counts as dead")
    func zombie() throws {
        let loop = try EventLoop()
        var exit: ChildProcess.Exit?
        let child = try ChildProcess.spawn(loop: loop, ProcessLaunch(executable: "true")) { exit = $0 }
        // The loop does not turn, so nobody collects the child.
        while ProcessStat(pid: child.pid)?.isDead != true { sched_yield() }
        #expect(ProcessStat(pid: child.pid)?.state == UInt8(ascii: "Z"))
        #expect(!child.identity.isRunning)
        #expect(try !child.identity.kill(SIGKILL))
        loop.run()
        #expect(exit == .exited(0))
        #expect(ProcessStat(pid: child.pid) == nil || ProcessIdentity(pid: child.pid) != child.identity)
        #expect(loop.close() == [])
    }
}

@Suite("Process stat")
struct ProcessStatTests {
    private func line(name: String, state: String = "S", start: String = "12345") -> [UInt8] {
        let middle = (6...13).map(String.init).joined(separator: " ")
        return Array("42 (\(name)) \(state) 41 5 \(middle) 700 300 16 17 18 19 20 21 \(start) 23 24\n".utf8)
    }

    @Test("A name may hold spaces, parentheses and newlines", arguments: ["sh", "a b", ") Z 1 (", "x) R 9", "\n)", ""])
    func names(_ name: String) throws {
        let stat = try #require(ProcessStat(parsing: line(name: name)))
        #expect(stat.state == UInt8(ascii: "S") && stat.parent == 41 && !stat.isDead)
        #expect(stat.userTicks == 700 && stat.systemTicks == 300 && stat.startTime == 12_345)
    }

    @Test("Zombies and the dead are dead, the stopped are not")
    func states() {
        for (state, isDead) in [("Z", true), ("X", true), ("x", true), ("T", false), ("D", false), ("R", false)] {
            #expect(ProcessStat(parsing: line(name: "a", state: state))?.isDead == isDead)
        }
    }

    @Test("Anything else is refused, whatever is cut off or wrong")
    func broken() {
        let whole = line(name: "a")
        let end = whole.count - "12345 23 24\n".utf8.count
        for length in 0..<end { #expect(ProcessStat(parsing: Array(whole[..<length])) == nil) }
        #expect(ProcessStat(parsing: line(name: "a", start: "-1")) == nil)
        #expect(ProcessStat(parsing: line(name: "a", start: "99999999999999999999999")) == nil)
        #expect(ProcessStat(parsing: line(name: "a", state: "SS")) == nil)
        #expect(ProcessStat(parsing: [41, 0xFF, 32, 0xFE]) == nil)
    }
}
