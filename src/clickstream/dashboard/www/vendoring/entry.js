// The parts of Apache ECharts that the dashboard draws with, as one global.
import { BarChart, HeatmapChart, LineChart, PieChart, SankeyChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout, UniversalTransition } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

use([
  AriaComponent, BarChart, CanvasRenderer, GridComponent, HeatmapChart, LabelLayout, LegendComponent,
  LineChart, MarkLineComponent, MarkPointComponent, PieChart, SankeyChart, ScatterChart,
  TooltipComponent, UniversalTransition, VisualMapComponent,
]);

window.echarts = { init };
