import ArgumentParser
import ControlPlane
import Laboratories
import MeshBase

struct LabWaveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wave", abstract: "Fit a growing wave to a series of errors.",
        discussion: """
            A e^(beta t) sin(omega t + phi) up to where the series is saturated, when a watcher would see it, and how much \
            longer a person takes. Without a file: the published outage of a store, with noise.

              cellmesh lab wave
              cellmesh lab wave --series errors.txt --every 1s --saturation 0.9 --html wave.html
            """)

    @Option(help: ArgumentHelp("A number in each line.", valueName: "file"), completion: .file())
    var series: String?

    @Option(help: ArgumentHelp("Between two of them.", valueName: "duration"))
    var every = DurationArgument(.milliseconds(200))

    @Option(help: ArgumentHelp("From where on nothing grows, above 0, up to 1000000000000.", valueName: "number"))
    var saturation = 1.0

    @Option(help: ArgumentHelp("What a watcher waits for, above 0, up to 1000000000000.", valueName: "number"))
    var threshold = 0.05

    @Option(help: ArgumentHelp("Until a person acts.", valueName: "duration"))
    var human = DurationArgument(.minutes(5))

    @Option(help: ArgumentHelp("The seed of the noise, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = WaveLab()
        settings.every = every.amount
        settings.saturation = saturation
        settings.threshold = threshold
        settings.human = human.amount
        settings.seed = seed
        if let series { settings.series = try Self.numbers(series) }
        try lab.show("wave", \WaveLab.Report.sheet) { try settings.run() }
    }

    /// Signs are allowed: a wave swings.
    private static func numbers(_ path: String) throws -> [Double] {
        let bytes = try LabOptions.read(path)
        var numbers: [Double] = []
        let lines = String(decoding: bytes, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (line, text) in lines.enumerated() {
            let word = text.split(separator: " ").joined()
            if word.isEmpty { continue }
            guard let number = Double(word), number.isFinite else {
                throw CommandFailure(.usage, "\(path):\(line + 1): '\(word)' is no number; give one in each line")
            }
            numbers.append(number)
        }
        return numbers
    }
}
