import MeshBase

/// The ranges of durations, by what they limit. docs/files.md lists them.
enum Ranges {
    static let timeout = TimeAmount.milliseconds(1)...TimeAmount.hours(1)
    static let anyWait = TimeAmount.zero...TimeAmount.hours(1)
    static let objective = TimeAmount.microseconds(1)...TimeAmount.hours(1)
    static let processor = TimeAmount.zero...TimeAmount.seconds(10)
    static let wait = TimeAmount.microseconds(1)...TimeAmount.minutes(10)
    static let latency = TimeAmount.zero...TimeAmount.seconds(10)
    static let day = TimeAmount.milliseconds(1)...TimeAmount.hours(24)
    static let watch = TimeAmount.zero...TimeAmount.hours(1)
    static let grace = TimeAmount.zero...TimeAmount.hours(24)
    static let round = TimeAmount.milliseconds(100)...TimeAmount.hours(24)
    static let membership = TimeAmount.milliseconds(1)...TimeAmount.hours(1)
}
