import Glibc
import MeshBase
import UVDriver

/// Ends processes that are nobody's children any more, by pid and start time: never another that has the pid now.
package enum Reaper {
    /// Asks or kills, waits, and kills those that are still there. Blocks, for `patience` and a second at most.
    ///
    /// - Returns: processes that still run; none, unless the system refuses.
    @discardableResult
    package static func end(
        _ identities: [ProcessIdentity], with signal: ProcessSignal, patience: TimeAmount = .seconds(2)
    ) -> [ProcessIdentity] {
        var left = identities.filter { send($0, signal) }
        if signal == .terminate {
            // A stopped process takes the signal only when it goes on; to another this means nothing.
            for identity in left { send(identity, .resume) }
            left = wait(left, patience)
        }
        for identity in left { send(identity, .kill) }
        return wait(left, .seconds(1))
    }

    @discardableResult
    private static func send(_ identity: ProcessIdentity, _ signal: ProcessSignal) -> Bool {
        (try? identity.kill(UVProcessDriver.number(signal))) ?? identity.isRunning
    }

    private static func wait(_ identities: [ProcessIdentity], _ patience: TimeAmount) -> [ProcessIdentity] {
        let step = TimeAmount.milliseconds(5)
        var left = identities.filter(\.isRunning)
        var waited = TimeAmount.zero
        while !left.isEmpty, waited < patience {
            usleep(UInt32(step.nanoseconds / 1_000))
            waited = waited + step
            left = left.filter(\.isRunning)
        }
        return left
    }
}
