import Testing

@testable import Telemetry

@Suite struct TableWriterTests {
    private let columns: [TableWriter.Column] = [
        .init("NAME"), .init("PID", .right), .init("ADDRESS", wide: true), .init("STATE"),
    ]

    @Test func columnsAreAligned() {
        var table = TableWriter(columns)
        table.add(["eu-1", .init(7), "127.0.0.1:1", .init("serving", .green)])
        table.add(["us-west-1", .init(12345), "127.0.0.1:2", .init("down", .red)])
        #expect(
            table.render() == """
                NAME         PID  STATE
                eu-1           7  serving
                us-west-1  12345  down

                """)
        #expect(table.count == 2)
    }

    @Test func wideShowsAllColumns() {
        var table = TableWriter(columns, wide: true)
        table.add(["eu-1", .init(7), "127.0.0.1:1", "serving"])
        #expect(
            table.render() == """
                NAME  PID  ADDRESS      STATE
                eu-1    7  127.0.0.1:1  serving

                """)
    }

    @Test func coloursDoNotCountAsWidth() {
        var table = TableWriter([.init("A"), .init("B")], colors: true)
        table.add([.init("x", .red), .init("y", .plain)])
        table.add(["long", "z"])
        #expect(
            table.render()
                == "\u{1B}[1mA\u{1B}[0m     \u{1B}[1mB\u{1B}[0m\n\u{1B}[31mx\u{1B}[0m     y\nlong  z\n")
    }

    @Test func shortRowsAndEmptyCellsLeaveNoSpacesAtTheEnd() {
        var table = TableWriter([.init("A"), .init("B"), .init("C", .right)])
        table.add(["1"])
        table.add(["", "2", ""])
        table.add(["1", "2", "3", "surplus"])
        #expect(table.render() == "A  B  C\n1\n   2\n1  2  3\n")
        #expect(TableWriter([.init("A")]).render() == "A\n")
    }

    @Test func wideCharactersFillTwoColumns() {
        var table = TableWriter([.init("A"), .init("B")])
        table.add(["日本", "x"])
        table.add(["café", "y"])
        #expect(table.render() == "A     B\n日本  x\ncafé  y\n")
    }

    @Test func controlCharactersCannotReachTheTerminal() {
        var table = TableWriter([.init("A")])
        table.add(["\u{1B}[2Jevil\n\u{202E}"])
        #expect(table.render() == "A\n\u{FFFD}[2Jevil\u{FFFD}\u{FFFD}\n")
    }
}
