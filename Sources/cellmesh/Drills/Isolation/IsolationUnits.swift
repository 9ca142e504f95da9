import CLibUV
import Glibc
import Laboratories
import MeshBase
import Synchronization
import UVDriver

/// What one unit of an isolation loses and costs, by real ones on this machine: some of them, of which one crashes.
enum IsolationUnits {
    /// Bytes that each holds.
    static let held = 64 * 1_024
    /// How long all may take to be there, and one to be gone.
    private static let patience = TimeAmount.seconds(10)

    /// Units in the threads of one process.
    static func threads(_ count: Int) throws -> IsolationReport.Unit {
        let run = try UnitRun(processes: 1, threads: count)
        return .init(
            units: count, lost: run.gone * count, memory: run.memory.map { $0 / count }, start: run.start / Int64(count)
        )
    }

    /// A process for each unit.
    static func processes(_ count: Int) throws -> IsolationReport.Unit {
        let run = try UnitRun(processes: count, threads: 1)
        return .init(
            units: count, lost: run.gone, memory: run.memory.map { $0 / count }, start: run.start / Int64(count))
    }

    /// Starts them, has the first crash, looks who is left, and ends those.
    private final class UnitRun {
        private(set) var gone = 0
        private(set) var memory: Int?
        private(set) var start = TimeAmount.zero
        private var ready = 0

        init(processes: Int, threads: Int) throws {
            do {
                let loop = try EventLoop()
                var children: [ChildProcess] = []
                let began = loop.freshNow()
                let limit = try LoopTimer(loop: loop) {
                    for child in children { _ = try? child.kill(SIGKILL) }
                }
                limit.start(after: IsolationUnits.patience)
                var isOver = false
                for _ in 0..<processes {
                    let launch = ProcessLaunch(
                        executable: ExecutablePath.current,
                        arguments: ["lab", "isolation-unit", "--threads", String(threads)])
                    let child = try ChildProcess.spawn(loop: loop, launch) { _ in
                        self.ready += 1
                        guard self.ready == processes else { return }
                        self.start = loop.freshNow() - began
                        let each = children.compactMap { ProcessUsage.memory(pid: $0.pid) }
                        self.memory = each.reduce(0) { $0 + ($1.proportional ?? $1.resident) }
                        // The unit traps, as a wrong program does.
                        _ = try? children[0].kill(SIGUSR1)
                    } onExit: { _ in
                        guard !isOver else { return }
                        isOver = true
                        // Whoever else is gone was so at the same moment; what goes on is sound.
                        self.gone = children.count { !$0.identity.isRunning }
                        for child in children { _ = try? child.kill(SIGKILL) }
                        limit.close()
                    }
                    children.append(child)
                }
                loop.run()
                loop.close()
            } catch {
                throw CommandFailure("no units can be started: \(error)")
            }
            guard ready == processes, gone > 0 else { throw CommandFailure("the units did not start") }
        }
    }

    /// The program of one process of units: it says that they are there, and one of them traps when it is told to.
    static func run(threads: Int) throws {
        // Nobody is left behind where the laboratory is killed.
        _ = cuv_die_with_parent_errno()
        // Threads inherit it: whoever waits for the signal gets it, one of them.
        var told = sigset_t()
        sigemptyset(&told)
        sigaddset(&told, SIGUSR1)
        pthread_sigmask(SIG_BLOCK, &told, nil)
        let signals = told
        for _ in 0..<threads {
            let status = DetachedThread.start {
                let memory = UnsafeMutableRawPointer.allocate(byteCount: held, alignment: 4_096)
                memory.initializeMemory(as: UInt8.self, repeating: 1, count: held)
                arrived.add(1, ordering: .releasing)
                var (awaited, signal) = (signals, Int32(0))
                sigwait(&awaited, &signal)
                fatalError("a unit of an isolation traps, as it was told to")
            }
            guard status == 0 else {
                throw CommandFailure("no thread for a unit: \(String(cString: strerror(status)))")
            }
        }
        while arrived.load(ordering: .acquiring) < threads { Pause.sleep(.microseconds(200)) }
        let line = Array("ready\n".utf8)
        _ = line.withUnsafeBytes { write(ChildProcess.readinessDescriptor, $0.baseAddress, $0.count) }
        close(ChildProcess.readinessDescriptor)
        while true { pause() }
    }

    /// Units that are there, of this process.
    private static let arrived = Atomic<Int>(0)
}
