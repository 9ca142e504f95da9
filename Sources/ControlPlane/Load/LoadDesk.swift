import CLibUV
import Glibc
import MeshBase
import Reports
import UVDriver

/// Starts and stops loads for who asks the API: by this very program's `load start` and `load stop`, so that both do the same and say
/// the same. One order at a time; each has 40 s at most.
final class LoadDesk {
    typealias Completion = (Result<[UInt8], APIFailure>) -> Void

    private final class Order {
        let output: Int32
        let messages: Int32
        let completion: Completion
        var child: ChildProcess?
        var timer: LoopTimer?

        init(output: Int32, messages: Int32, _ completion: @escaping Completion) {
            (self.output, self.messages, self.completion) = (output, messages, completion)
        }
    }

    private static let patience = TimeAmount.seconds(40)
    /// Of what a command prints: as much as a pipe holds.
    private static let most = 65_536

    private let loop: EventLoop
    private let mesh: String
    private let executable: String
    private var order: Order?

    init(loop: EventLoop, mesh: String, executable: String) {
        self.loop = loop
        self.mesh = mesh
        self.executable = executable
    }

    /// - Parameter completion: the document that the command prints, or why it did nothing.
    func carryOut(_ wanted: LoadOrder, _ completion: @escaping Completion) {
        guard order == nil else {
            return completion(.failure(APIFailure(409, "Another load is being started or stopped: ask again.")))
        }
        guard let output = Self.pipe(), let messages = Self.pipe() else {
            return completion(.failure(APIFailure(500, "Nothing was done: there are too many open files.")))
        }
        defer { for end in [output.write, messages.write] { Glibc.close(end) } }
        let order = Order(output: output.read, messages: messages.read, completion)
        let launch = ProcessLaunch(
            executable: executable,
            arguments: ["load", wanted.action.rawValue, "--mesh", mesh, "-o", "json"] + wanted.arguments,
            standardOutput: .file(output.write), standardError: .file(messages.write))
        do throws(UVError) {
            order.child = try ChildProcess.spawn(loop: loop, launch) { [weak self] in self?.ended($0) }
            self.order = order
            order.timer = try LoopTimer.once(loop: loop, after: Self.patience) { [weak order] in
                _ = try? order?.child?.kill(SIGKILL)
            }
        } catch {
            self.order = nil
            for end in [order.output, order.messages] { Glibc.close(end) }
            completion(.failure(APIFailure(500, "Nothing was done: \(error).")))
        }
    }

    /// Nobody is told any more.
    func close() {
        guard let order else { return }
        self.order = nil
        _ = try? order.child?.kill(SIGKILL)
        order.timer?.close()
        for end in [order.output, order.messages] { Glibc.close(end) }
    }

    private func ended(_ exit: ChildProcess.Exit) {
        guard let order else { return }
        self.order = nil
        order.timer?.close()
        let (output, messages) = (Self.drain(order.output), Self.drain(order.messages))
        order.completion(Self.answer(exit, output, messages))
    }

    /// What the command said. A load that missed its objectives has its report all the same.
    static func answer(
        _ exit: ChildProcess.Exit, _ output: [UInt8], _ messages: [UInt8]
    ) -> Result<[UInt8], APIFailure> {
        if !output.isEmpty, exit.isSuccess || exit == .exited(5) { return .success(output) }
        let failure = messages.split(separator: UInt8(ascii: "\n")).reversed().lazy
            .compactMap { ReportJSON.decode(FailureReport.self, Array($0)) }.first?.error
        guard let failure else { return .failure(APIFailure(500, "The load command ended with \(exit).")) }
        let detail = ([failure.message] + [failure.hint, failure.next.map { "'\($0)'" }].compactMap { $0 })
            .joined(separator: "; ")
        return .failure(APIFailure(status(failure.exitCode), APIFailure.ended(detail)))
    }

    private static func status(_ exit: Int32) -> Int {
        switch exit {
        case 64: 400
        case 3: 503
        default: 409
        }
    }

    private static func pipe() -> (read: Int32, write: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard cuv_pipe_errno(&ends) == 0 else { return nil }
        // What is read is there when the command has ended, or never comes.
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }

    private static func drain(_ descriptor: Int32) -> [UInt8] {
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: most)
        var count = 0
        while count < most {
            let read = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, most - count) }
            guard read > 0 else { break }
            count += read
        }
        return Array(bytes.prefix(count))
    }
}
