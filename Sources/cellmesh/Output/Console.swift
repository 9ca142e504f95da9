import Blueprints
import Glibc
import Telemetry

/// Where a command writes: data to standard output, everything else to standard error.
struct Console: Sendable {
    let format: OutputFormat
    /// Whether standard output, and standard error, take colours.
    let paintsData: Bool
    let paintsMessages: Bool
    /// Columns of the screen that standard output is, else of `COLUMNS`; nil where neither says: a program reads whole lines.
    let width: Int?
    /// Whether a person watches standard error, so that lines may be drawn over.
    let isLive: Bool

    init(format: OutputFormat, color: ColorChoice) {
        self.format = format
        let isPlain = Self.isSet("NO_COLOR") || Self.variable("TERM") == "dumb"
        func paints(_ descriptor: Int32) -> Bool {
            switch color {
            case .always: true
            case .never: false
            case .auto: !isPlain && isatty(descriptor) == 1
            }
        }
        paintsData = paints(STDOUT_FILENO)
        width = Self.width(screen: Screen.size(STDOUT_FILENO)?.columns, variable: Self.variable("COLUMNS"))
        paintsMessages = paints(STDERR_FILENO)
        isLive = isatty(STDERR_FILENO) == 1 && Self.variable("TERM") != "dumb"
    }

    /// - Parameters:
    ///   - screen: columns of the terminal; nil where there is none.
    ///   - variable: `COLUMNS`.
    static func width(screen: Int?, variable: String?) -> Int? {
        (screen ?? variable.flatMap { Int($0) }).map { min(max($0, 40), 1_000) }
    }

    /// As the arguments ask, also where they could not be parsed.
    init(raw arguments: [String]) {
        func value(_ names: [String]) -> String? {
            for (position, argument) in arguments.enumerated() {
                for name in names {
                    if argument == name, position + 1 < arguments.count { return arguments[position + 1] }
                    if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
                    if name.count == 2, argument.hasPrefix(name), argument.count > 2 {
                        return String(argument.dropFirst(2))
                    }
                }
            }
            return nil
        }
        self.init(
            format: value(["-o", "--output"]).flatMap { OutputFormat(rawValue: $0) } ?? .table,
            color: value(["--color"]).flatMap { ColorChoice(rawValue: $0) } ?? .auto)
    }

    // MARK: Standard output

    /// Text for people, painted or not: nothing that it quotes reaches the terminal as a control character.
    func data(_ text: String) { StandardOutput.write(PaintedText.sealed(text, colors: paintsData)) }

    /// A document, or text that is sealed: it goes out as it is.
    func document(_ text: String) { StandardOutput.write(text) }

    /// A report in the form that was asked for.
    func show(_ report: Report) { document(text(report)) }

    func text(_ report: Report) -> String { report.text(format, colors: paintsData, width: width) }

    /// How tables are drawn on standard output.
    var style: TableStyle {
        TableStyle(isWide: format == .wide, hasColors: paintsData, width: format == .wide ? nil : width)
    }

    // MARK: Standard error

    /// How tables are drawn on standard error.
    var messageStyle: TableStyle {
        TableStyle(isWide: format == .wide, hasColors: paintsMessages, width: format == .wide ? nil : width)
    }

    /// A line for people, or several.
    func message(_ line: String) { prompt(line + "\n") }

    /// The same without an end.
    func prompt(_ text: String) { Self.draw(PaintedText.sealed(text, colors: paintsMessages), on: STDERR_FILENO) }

    /// A document of one line.
    func message(document line: String) { Self.draw(line + "\n", on: STDERR_FILENO) }

    /// What to do next.
    func next(_ command: String) { message("\(painted("next:", .cyan)) \(NextStep.complete(command))") }

    func painted(_ text: String, _ style: TableWriter.Style) -> String {
        paintsMessages ? PaintedText.painted(text, style) : text
    }

    // MARK: The system

    static func variable(_ name: String) -> String? { ProcessVariables.value(name) }
    private static func isSet(_ name: String) -> Bool { variable(name).map { !$0.isEmpty } ?? false }

    /// As it is, with what moves the cursor; whoever draws has sealed it. What cannot be written is lost.
    static func draw(_ text: String, on descriptor: Int32) { _ = Descriptor.write(text, to: descriptor) }
}
