import Testing

@testable import tsctl

@Suite struct TableTests {
    @Test func `columns are as wide as their widest cell and end without blanks`() {
        let columns = [
            Column(title: "name", alignment: .left, width: 0), Column(title: "n", alignment: .right, width: 0),
            Column(title: "what", alignment: .left, width: 0),
        ]
        #expect(
            Table.lines([["日本語", "1", "x"], ["b", "1000", "y"]], columns) == [
                "name       n  what",
                "日本語     1  x",
                "b       1000  y",
            ])
    }

    @Test func `a cell that is too wide pushes what follows, unless it is to be cut`() {
        var columns = [Column(title: "", alignment: .left, width: 3), Column(title: "", alignment: .right, width: 3)]
        #expect(Table.row(["abcdef", "1"], columns) == "abcdef   1")
        columns[0].cuts = true
        #expect(Table.row(["abcdef", "1"], columns) == "ab+   1")
    }

    @Test func `facts without a value are left out`() {
        #expect(Table.facts([("a", "1"), ("b", nil), ("c", "2")]) == ["a                 1", "c                 2"])
    }
}
