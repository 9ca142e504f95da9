import Glibc
import MeshBase

extension HostSettings {
    /// How long a process waits for its predecessor to go.
    static let predecessorPatience = TimeAmount.seconds(8)

    /// Waits until the process whose place this one takes is gone, or has handed over its sockets; all that may fail
    /// should have been done before. Nil where there is none, or it is gone.
    ///
    /// - Parameter asking: whether its sockets are asked for.
    /// - Throws: `HostFailure` where it does not go.
    func takePlace(asking: Bool) throws -> HandoverRequest? {
        guard let predecessor = replaces, predecessor.isRunning else { return nil }
        if asking, let handover = HandoverRequest.ask(in: dataDirectory) { return handover }
        if let readyDescriptor { _ = SmallFile.write(readyDescriptor, "{\"prepared\":true,\"name\":\"\(name)\"}\n") }
        let began = SystemClock.monotonic()
        while predecessor.isRunning {
            guard SystemClock.monotonic() - began < Self.predecessorPatience else {
                throw HostFailure("process \(predecessor.pid), whose place this one was to take, did not end in time")
            }
            usleep(2_000)
        }
        return nil
    }

    /// Makes the directory this process's alone, after its predecessor is gone or has given it up: two processes that
    /// write one store and one incarnation would damage both.
    ///
    /// - Throws: `HostFailure` where another process has it, with that one's pid.
    func lockDirectory() throws -> FileLock {
        let path = dataDirectory + "/process.lock"
        switch Result(catching: { () throws(UVError) in try FileLock(path: path) }) {
        case .success(let lock): return lock
        case .failure(let error) where error.code == -EAGAIN:
            let holder = ((try? FileLock.holder(of: path)) ?? nil).map { "process \($0)" } ?? "another process"
            throw HostFailure(
                "\(holder) uses the directory \(dataDirectory) already; stop that one first, or give this one a --data "
                    + "of its own")
        case .failure(let error) where error.code == -EISDIR:
            throw HostFailure("\(path) is a directory; remove it: it is made anew")
        case .failure(let error): throw error
        }
    }
}
