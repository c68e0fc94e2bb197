// SPDX-License-Identifier: Apache-2.0
// Bar charts: <div data-chart="ID"> draws the numbers of <script type="application/json" id="ID">. The same numbers
// stand in a table beside it, so the picture is never the only way to read them.
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import type { ECBasicOption } from "echarts/types/dist/shared";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

interface Bar {
  name: string;
  value: number;
  link?: string;
}

const ROW = 26; // px a bar, with its gap
const drawn = new Map<HTMLElement, EChartsType>();

for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(place);
document.addEventListener("bt:theme", () => drawn.forEach((_, place) => draw(place)));
window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));

function draw(place: HTMLElement): void {
  const bars = JSON.parse(document.getElementById(place.dataset["chart"] ?? "")?.textContent ?? "[]") as Bar[];
  drawn.get(place)?.dispose();
  place.style.height = `${bars.length * ROW + 34}px`;
  const chart = init(place);
  chart.setOption(options(bars, getComputedStyle(document.documentElement)));
  chart.on("click", ({ dataIndex }) => {
    const link = bars[dataIndex]?.link;
    if (link) window.location.assign(link);
  });
  drawn.set(place, chart);
}

function options(bars: Bar[], style: CSSStyleDeclaration): ECBasicOption {
  const ink = style.getPropertyValue("--bt-ink-quiet").trim();
  const line = style.getPropertyValue("--bt-line").trim();
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  return {
    animation: false,
    textStyle: { fontFamily: style.getPropertyValue("--bt-font"), color: ink },
    grid: { left: 4, right: 56, top: 4, bottom: 4, containLabel: true },
    // Drawn on the canvas: as markup it would bring style attributes, which the content security policy forbids.
    tooltip: { trigger: "item", confine: true, renderMode: "richText" },
    xAxis: { type: "value", axisLabel: { show: false }, splitLine: { lineStyle: { color: line } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: bars.map((bar) => bar.name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: ink },
    },
    series: [
      {
        type: "bar",
        cursor: "pointer",
        barMaxWidth: 14,
        itemStyle: { color: style.getPropertyValue("--bt-bar").trim(), borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: "right",
          color: ink,
          formatter: ({ value }: { value: number }) => numbers.format(value),
        },
        data: bars.map((bar) => bar.value),
      },
    ],
  };
}
