import CommandSupport

extension SVGPicture {
    private func top(_ index: Int) -> Double { Place.rowsTop + Double(index) * Place.row }

    /// Adds the name of a row, indented, and the line from its parent.
    func addTree(_ index: Int, to buffer: inout PictureBuffer) {
        let row = rows.rows[index]
        let y = top(index)
        let indent = Place.margin + Double(min(row.depth, 9)) * 12
        if row.depth > 0 {
            buffer.add(
                "<path class=\"tree\" d=\"M\(PictureText.coordinate(indent - 7)) \(PictureText.coordinate(y - 4))")
            buffer.add("V\(PictureText.coordinate(y + 10))h5\"/>\n")
        }
        let columns = Int((Place.names - (indent - Place.margin) - 10) / Self.column)
        let style = isOnPath[index] ? "b" : ""
        buffer.text(indent, y + 14, style, PictureText.cut(row.title, to: columns))
    }

    /// Adds the bar of a row.
    func addRow(_ index: Int, to buffer: inout PictureBuffer) {
        let row = rows.rows[index]
        let y = top(index) + 3
        let (left, right) = (x(row.start), max(x(row.end), x(row.start) + 1.5))
        buffer.add("<g class=\"row\"><title>")
        for (number, line) in PictureFacts.lines(row, timeline).enumerated() {
            buffer.add(text: (number == 0 ? "" : "\n") + line)
        }
        buffer.add("</title>\n")
        if row.isFold {
            buffer.line("life", left, y + Place.bar / 2, right, y + Place.bar / 2)
            addPieces(row, y, to: &buffer)
        } else {
            addSegments(row, left, y, right - left, to: &buffer)
        }
        if row.isReparented { buffer.rectangle("edge rep", left, y, right - left, Place.bar) }
        if row.failures > 0 {
            buffer.rectangle("bad", left, y, right - left, Place.bar)
            let (x, y) = (PictureText.coordinate(right - 3.5), PictureText.coordinate(y + 3.5))
            buffer.add("<path class=\"bad\" d=\"M\(x) \(y)l7 7m0-7l-7 7\"/>\n")
        }
        buffer.add("</g>\n")
    }

    /// Adds the bar of a process: segments in proportion, next to each other.
    private func addSegments(
        _ row: PictureRow, _ left: Double, _ y: Double, _ width: Double, to buffer: inout PictureBuffer
    ) {
        var x = left
        for (state, share) in zip(TraceShares.State.allCases, row.shares) where share * width >= 0.05 {
            buffer.rectangle(state.styleClass, x, y, share * width, Place.bar)
            x += share * width
        }
        buffer.rectangle("edge", left, y, width, Place.bar)
    }

    /// Adds the bar of a fold: when at least one of the processes lived, with layers in proportion.
    private func addPieces(_ row: PictureRow, _ y: Double, to buffer: inout PictureBuffer) {
        var y = y
        for (state, share) in zip(TraceShares.State.allCases, row.shares) where share > 0.01 {
            let height = DecimalText.fixed(share * Place.bar, 2)
            buffer.add("<path class=\"\(state.styleClass)\" d=\"")
            for piece in row.pieces {
                let (left, right) = (x(piece.lowerBound), max(x(piece.upperBound), x(piece.lowerBound) + 1))
                buffer.add("M\(PictureText.coordinate(left)) \(DecimalText.fixed(y, 2))")
                buffer.add("h\(PictureText.coordinate(right - left))v\(height)H\(PictureText.coordinate(left))z")
            }
            buffer.add("\"/>\n")
            y += share * Place.bar
        }
    }

    /// Adds the text of a row: in the bar if it fits, else next to it, where there is room.
    func addLabel(_ index: Int, to buffer: inout PictureBuffer) {
        let row = rows.rows[index]
        let facts = PictureFacts.label(row, timeline)
        let (left, right) = (x(row.start), x(row.end))
        let y = top(index) + 14
        let short = PrintableText.width(facts.short)
        let inside = Int((right - left - 10) / Self.column)
        let (before, after) = (
            Int((left - Place.left - 8) / Self.column), Int((Place.right - right - 12) / Self.column)
        )
        let style = row.failures > 0 ? "f s" : "s"
        if !row.isFold, inside >= short {
            addText(left + 5, y, "s", facts, columns: inside, "", to: &buffer)
        } else if after >= short || (after >= before && after >= inside) {
            let gap = row.failures > 0 ? 9.0 : 5
            addText(right + gap, y, style + " o", facts, columns: min(after, 80), "m", to: &buffer)
        } else if before >= short || before >= inside {
            addText(left - 5, y, style + " o r", facts, columns: min(before, 80), "m", to: &buffer)
        } else {
            // A fold across the whole width.
            addText(left + 5, y, "s", facts, columns: inside, "", to: &buffer)
        }
    }

    private func addText(
        _ x: Double, _ y: Double, _ style: String, _ facts: (short: String, more: String), columns: Int,
        _ moreStyle: String, to buffer: inout PictureBuffer
    ) {
        buffer.add("<text x=\"\(PictureText.coordinate(x))\" y=\"\(PictureText.coordinate(y))\" class=\"\(style)\">")
        buffer.add(text: PictureText.cut(facts.short, to: columns))
        let left = columns - PrintableText.width(facts.short) - 2
        if left >= 6, !facts.more.isEmpty {
            buffer.add("<tspan dx=\"8\" class=\"\(moreStyle)\">")
            buffer.add(text: PictureText.cut(facts.more, to: left))
            buffer.add("</tspan>")
        }
        buffer.add("</text>\n")
    }

    /// Adds the steps of the critical path from one row to the next, which are below everything else.
    func addSteps(to buffer: inout PictureBuffer) {
        var line = ""
        for (part, next) in zip(path.parts, path.parts.dropFirst()) {
            let (end, start) = (PictureText.coordinate(x(part.end)), PictureText.coordinate(x(next.start)))
            line += "M\(end) \(PictureText.coordinate(top(part.row) + 18))"
            line += "L\(start) \(PictureText.coordinate(top(next.row) + 18))"
        }
        if !line.isEmpty { buffer.add("<path class=\"path step\" d=\"\(line)\"/>\n") }
    }

    /// Adds the critical path: a line below the bars of the processes that determined the end.
    func addCriticalPath(to buffer: inout PictureBuffer) {
        guard !path.parts.isEmpty else { return }
        let line = path.parts.reduce(into: "") { line, part in
            line += "M\(PictureText.coordinate(x(part.start))) \(PictureText.coordinate(top(part.row) + 18))"
            line += "H\(PictureText.coordinate(max(x(part.end), x(part.start) + 1)))"
        }
        buffer.add("<g id=\"critical-path\"><title>critical path</title>")
        buffer.add("<path class=\"path\" d=\"\(line)\"/></g>\n")
    }
}
