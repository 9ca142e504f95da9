import MeshBase
import Scenarios
import Synchronization
import UVDriver

/// Beats on a thread of its own while a scenario runs, and tells when this process stood still: whoever waits for an answer
/// beats on.
final class Pulse: Sendable {
    private struct State {
        var standstills: Standstills
        var isOver = false
    }
    private let state = Mutex(State(standstills: Standstills(now: Pause.now())))

    private static let period = TimeAmount.milliseconds(100)

    init() {
        _ = DetachedThread.start { [self] in
            while !isOver {
                beat()
                Pause.sleep(Self.period)
            }
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// Ends the thread, within a moment.
    func close() { state.withLock { $0.isOver = true } }

    private func beat() {
        state.withLock { $0.standstills.beat(now: Pause.now()) }
    }

    /// The times since it was asked last in which this process did not run.
    func take() -> [TimeAmount] {
        beat()
        return state.withLock { $0.standstills.take() }
    }
}
