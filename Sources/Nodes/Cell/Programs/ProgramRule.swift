import MeshBase

/// When a program of the user's own (`run`) is started again, asked whether it is ready, and given up.
package struct ProgramRule: Sendable, Equatable {
    /// It is killed when it has not become ready this long after its start.
    package var startup = TimeAmount.seconds(30)
    /// Before it is started again; doubled with each end, up to `longestDelay`.
    package var delay = TimeAmount.milliseconds(100)
    /// The longest time between its end and its next start.
    package var longestDelay = TimeAmount.seconds(5)
    /// One that was ready for this long is started again as if it had never ended.
    package var settled = TimeAmount.seconds(30)
    /// Between two questions whether it is ready, while it starts.
    package var startInterval = TimeAmount.milliseconds(20)
    /// The same while it serves; only programs that declare `ready` are asked then.
    package var interval = TimeAmount.seconds(1)
    /// A question is unanswered after this long.
    package var patience = TimeAmount.seconds(1)
    /// So many questions in a row without a good answer, and it is not ready any more.
    package var failures = 3
    /// So many good answers in a row, and it is ready again.
    package var successes = 2

    /// The values of profile `local`.
    package init() {}

    /// - Parameter longestDelay: 5 s in profile `local`, 30 s in `seed`.
    package init(longestDelay: TimeAmount) { self.longestDelay = longestDelay }
}
