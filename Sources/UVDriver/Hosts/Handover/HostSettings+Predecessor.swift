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
}
