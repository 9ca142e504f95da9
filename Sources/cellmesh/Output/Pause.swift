import Glibc
import MeshBase

/// Waiting between two looks.
enum Pause {
    static func sleep(_ amount: TimeAmount) {
        guard amount > .zero else { return }
        var wanted = timespec(
            tv_sec: Int(amount.nanoseconds / 1_000_000_000), tv_nsec: Int(amount.nanoseconds % 1_000_000_000))
        var left = timespec()
        while nanosleep(&wanted, &left) != 0, errno == EINTR { wanted = left }
    }

    /// Nanoseconds on a clock that only goes forward.
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
