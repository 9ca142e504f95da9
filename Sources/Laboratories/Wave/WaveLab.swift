import MeshBase

/// How a failure grows and swings (F6): a wave fitted to a series of errors, when it would be seen, and how much sooner that
/// is than a person acts.
package struct WaveLab: Sendable, Equatable {
    /// Errors, one figure each `every`; empty: the published outage with noise.
    package var series: [Double] = []
    /// Between two figures, 1 ms...1 h.
    package var every = TimeAmount.milliseconds(200)
    /// From where on nothing grows any more: the wave is fitted up to there.
    package var saturation = 1.0
    /// What somebody watches for, above 0.
    package var threshold = 0.05
    /// Until a person acts.
    package var human = TimeAmount.minutes(5)
    /// Of the noise, where the series is the published one.
    package var seed: UInt64 = 1

    /// The published outage of a store, with noise.
    package init() {}

    /// The published outage: 2 % of the servers, growth 0.23 a second, 0.1 Hz.
    package static let published = Wave(a: 0.02, beta: 0.23, omega: 2 * Double.pi * 0.1, phi: 0.3)

    /// What came of it.
    package struct Report: Sendable, Equatable, Encodable {
        /// What was asked.
        package let settings: WaveLab
        /// Up to where it is saturated.
        package let series: [Double]
        /// The nearest to it.
        package let wave: Wave
        /// 0: perfect; 1: explains nothing.
        package let residual: Double
        /// When the series first reaches the threshold; nil: never.
        package let detection: TimeAmount?
        /// Time of a person over it.
        package var humanRatio: Double? {
            detection.flatMap { $0 > .zero ? settings.human.seconds / $0.seconds : nil }
        }
        /// How long it takes to grow tenfold; nil where it does not grow.
        package var tenfold: TimeAmount? {
            wave.beta > 0 ? TimeAmount(seconds: naturalLogarithm(10) / wave.beta) : nil
        }
    }

    /// Fits.
    package func run() throws(LabRefusal) -> Report {
        try LabRefusal.check("seconds between figures", every.seconds, 0.001...3_600)
        try LabRefusal.check("saturation", saturation, 1e-9...1e12)
        try LabRefusal.check("threshold", threshold, 1e-9...1e12)
        try LabRefusal.check("seconds of a person", human.seconds, 1...86_400)
        try LabRefusal.check("figures", series.count, 0...100_000)
        let all = series.isEmpty ? noisy() : series
        guard all.allSatisfy(\.isFinite) else { throw LabRefusal("a figure that is no number") }
        let end = all.firstIndex { abs($0) >= saturation } ?? all.count
        let grown = Array(all[..<end].prefix(2_000))
        guard grown.count >= 8, grown.contains(where: { $0 != 0 }) else {
            throw LabRefusal(
                "\(grown.count) figures before it is saturated: give 8 at least, and one that is not zero")
        }
        let fit = WaveFit(grown, every: every.seconds)
        return Report(
            settings: self, series: grown, wave: fit.wave, residual: fit.residual,
            detection: all.firstIndex { $0 >= threshold }.map { every * Int64($0) })
    }

    private func noisy() -> [Double] {
        var random = Generator(seed: seed, concern: "lab/wave")
        return (0..<150).map { Self.published(Double($0) * every.seconds) + 0.002 * random.normal() }
    }
}

extension WaveLab.Report {
    private enum CodingKeys: String, CodingKey {
        case schema, seed, a, beta, omega, phi, residual, figures
        case detection = "detection_ms"
        case humanRatio = "human_ratio"
        case tenfold = "tenfold_ms"
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(wave.a, forKey: .a)
        try document.encode(wave.beta, forKey: .beta)
        try document.encode(wave.omega, forKey: .omega)
        try document.encode(wave.phi, forKey: .phi)
        try document.encode(residual, forKey: .residual)
        try document.encode(series.count, forKey: .figures)
        try document.encode(detection?.milliseconds, forKey: .detection)
        try document.encode(humanRatio, forKey: .humanRatio)
        try document.encode(tenfold?.milliseconds, forKey: .tenfold)
    }

    /// For people.
    package var sheet: LabSheet {
        let isPublished = settings.series.isEmpty
        let hertz = wave.omega / (2 * Double.pi)
        var sheet = LabSheet(
            title: "A wave of failures",
            lead: [
                "F(t) = A e^(beta t) sin(omega t + phi), fitted to \(series.count) figures"
                    + (isPublished ? " of the published outage with noise." : ", up to where they are saturated.")
            ], replay: settings.command)
        let published = WaveLab.published
        var table = LabTable(columns: ["", "A", "BETA 1/S", "FREQUENCY HZ", "PHI", "RESIDUAL"])
        table.rows = [
            [
                .text("fitted"), .number(wave.a, 4), .number(wave.beta, 4), .number(hertz, 4), .number(wave.phi, 3),
                .share(residual),
            ],
            [
                .text("published"), .number(published.a, 4), .number(published.beta, 4), .number(0.1, 4),
                isPublished ? .number(published.phi, 3) : .none, .none,
            ],
        ]
        var seen = LabTable("When it is seen", columns: ["BY", "AFTER", "A PERSON TAKES"])
        seen.rows = [
            [.text("this series"), .time(detection), humanRatio.map { .number($0, 1) } ?? .none],
            [.text("memory, published"), .time(.microseconds(100)), .number(3_000_000, 0)],
            [.text("network timeout, published"), .time(.milliseconds(30)), .number(10_000, 0)],
            [.text("cascade of services, published"), .time(.seconds(4)), .number(75, 0)],
            [.text("system, published"), .time(.seconds(45)), .number(6.7, 1)],
        ]
        sheet.tables = [table, seen]
        let times = series.indices.map { Double($0) * settings.every.seconds }
        sheet.charts = [
            LabChart(
                "Errors and the wave", across: "s", upwards: "errors",
                series: [
                    .init("errors", x: times, y: series),
                    .init("wave", x: times, y: times.map { wave($0) }, isPredicted: true),
                ])
        ]
        sheet.notes = [
            "Fitted up to the first figure of \(LabCommandLine.written(settings.saturation)) and more: beyond, nothing "
                + "grows. A person takes so many times as long: "
                + "\(LabCommandLine.written(settings.human.seconds)) s. Residual: 0 % is perfect, 100 % explains nothing."
        ]
        return sheet
    }
}

extension WaveLab {
    /// Without the series, which a file has.
    var command: String {
        var line = LabCommandLine("wave")
        line.add("every", every)
        line.add("saturation", number: saturation)
        line.add("threshold", number: threshold)
        line.add("human", human)
        line.add("seed", seed)
        return line.text
    }
}
