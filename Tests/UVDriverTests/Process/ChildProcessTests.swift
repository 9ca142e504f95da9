import CLibUV
import Testing

@testable import UVDriver

@Suite("Child process", .timeLimit(.minutes(2)))
struct ChildProcessTests {
    private struct Outcome {
        var exit: ChildProcess.Exit?
        var lines: [String] = []
        var pid: Int32 = 0
    }

    /// Runs a script to its end.
    private func shell(_ script: String, _ change: (inout ProcessLaunch) -> Void = { _ in }) throws -> Outcome {
        let loop = try EventLoop()
        var outcome = Outcome()
        var launch = ProcessLaunch(executable: "/bin/sh", arguments: ["-c", script])
        change(&launch)
        let child = try ChildProcess.spawn(loop: loop, launch) {
            outcome.lines.append($0)
        } onExit: {
            outcome.exit = $0
        }
        outcome.pid = child.pid
        // Until the child is dead and its pipe has ended.
        loop.run()
        #expect(child.exit == outcome.exit && child.readiness?.isOpen == false)
        #expect(try child.kill(SIGTERM) == false)
        #expect(loop.close() == [])
        return outcome
    }

    @Test("The exit code arrives", arguments: [0, 7, 255] as [Int32])
    func exitCode(_ code: Int32) throws {
        #expect(try shell("exit \(code)").exit == .exited(code))
    }

    @Test("A death by signal is told from an exit", arguments: [SIGKILL, SIGTERM, SIGABRT])
    func signals(_ signal: Int32) throws {
        #expect(try shell("ulimit -c 0; kill -\(signal) $$").exit == .signalled(signal))
    }

    @Test("Lines on descriptor 3 arrive, also those written right before death")
    func readiness() throws {
        let outcome = try shell("echo ready $$ >&3; echo last >&3; exit 3")
        #expect(outcome.lines == ["ready \(outcome.pid)", "last"])
        #expect(outcome.exit == .exited(3))
    }

    @Test("Arguments, environment and directory reach the child unchanged")
    func surroundings() throws {
        let arguments = ["two words", "", "ünï \"quoted\" $HOME", "-c"]
        let script = #"for a in "$@"; do echo "[$a]" >&3; done; echo "$A|$B|$HOME" >&3; pwd >&3"#
        let outcome = try shell(script) {
            $0.arguments += ["sh"] + arguments
            $0.environment = ["A": "1 = one", "B": ""]
            $0.workingDirectory = "/proc"
        }
        #expect(outcome.lines == arguments.map { "[\($0)]" } + ["1 = one||", "/proc"])
    }

    @Test("Without an environment the child has this process's")
    func inherited() throws {
        let path = try #require(getenv("PATH").map { String(cString: $0) })
        #expect(try shell(#"echo "$PATH" >&3"#).lines == [path])
    }

    @Test("Standard streams go where they were sent, and input is empty")
    func streams() throws {
        let ends = try makePipe()
        let outcome = try shell("cat; echo out; echo err >&2; exec 1>/dev/full; echo lost; echo $? >&3") {
            $0.standardOutput = .file(ends.writing)
            $0.standardError = .file(ends.writing)
        }
        close(ends.writing)
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(ends.reading, &buffer, buffer.count)
        close(ends.reading)
        let output = String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
        #expect(output.hasPrefix("out\nerr\n"))
        #expect(outcome.lines.count == 1 && outcome.lines != ["0"])
    }

    @Test("A program that cannot be started is an error, and leaves nothing behind")
    func missing() throws {
        let loop = try EventLoop()
        func attempt(_ launch: ProcessLaunch) -> String? {
            do {
                _ = try ChildProcess.spawn(loop: loop, launch, onLine: { _ in }, onExit: { _ in Issue.record("exit") })
                return nil
            } catch {
                return error.name
            }
        }
        #expect(attempt(ProcessLaunch(executable: "/no/such/program")) == "ENOENT")
        #expect(attempt(ProcessLaunch(executable: "/proc/self/status")) == "EACCES")
        #expect(attempt(ProcessLaunch(executable: "")) == "EINVAL")
        #expect(attempt(ProcessLaunch(executable: "/bin/sh", arguments: ["a\0b"])) == "EINVAL")
        #expect(attempt(ProcessLaunch(executable: "/bin/sh", environment: ["A=B": "c"])) == "EINVAL")
        #expect(attempt(ProcessLaunch(executable: "/bin/sh", workingDirectory: "/no/such")) == "ENOENT")
        loop.run()
        #expect(loop.close() == [])
    }

    @Test("A detached child leads its own session; it can be signalled while it runs")
    func detached() throws {
        let loop = try EventLoop()
        var isReady = false
        var exit: ChildProcess.Exit?
        let launch = ProcessLaunch(
            executable: "/bin/sh", arguments: ["-c", "echo ready >&3; exec sleep 1000 3>&-"], isDetached: true)
        let child = try ChildProcess.spawn(loop: loop, launch) { _ in
            isReady = true
        } onExit: {
            exit = $0
        }
        try loop.turn(until: { isReady })
        #expect(getsid(child.pid) == child.pid)
        #expect(child.identity.isRunning)
        #expect(try child.kill(SIGSTOP))
        #expect(child.identity.isRunning)
        #expect(try child.kill(SIGKILL))
        try loop.turn(until: { exit != nil })
        #expect(exit == .signalled(SIGKILL))
        #expect(!child.identity.isRunning)
        loop.run()
        #expect(loop.close() == [])
    }

    @Test("Many children at once are all collected")
    func many() throws {
        let loop = try EventLoop()
        var exits: [Int32: Int] = [:]
        for number in 0..<24 {
            _ = try ChildProcess.spawn(
                loop: loop, ProcessLaunch(executable: "/bin/sh", arguments: ["-c", "exit \(number % 3)"])
            ) { exit in
                if case .exited(let code) = exit { exits[code, default: 0] += 1 }
            }
        }
        loop.run()
        #expect(exits == [0: 8, 1: 8, 2: 8])
        #expect(loop.close() == [])
    }
}
